// Package trace turns runs into OpenTelemetry spans and metrics.
package trace
