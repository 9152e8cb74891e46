module github.com/weir-go/weir/examples

go 1.26

replace github.com/weir-go/weir => ../

require github.com/weir-go/weir v0.0.0
