package agentdesk

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"hotline/telephony"
)

// metrics are what Prometheus is told.
type metrics struct {
	registry *prometheus.Registry
	desks    prometheus.Gauge
	calls    *prometheus.GaugeVec   // living, by state
	ended    *prometheus.CounterVec // by outcome
	wait     *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		desks:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "hotline_desks", Help: "Connected desks."}),
		calls:    prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "hotline_calls", Help: "Living calls of this node by state."}, []string{"state"}),
		ended:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "hotline_calls_ended_total", Help: "Calls that ended, by outcome."}, []string{"outcome"}),
		wait: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "hotline_queue_wait_seconds", Help: "Time in the queue until answered or over.",
			Buckets: []float64{1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800}}, []string{"queue", "outcome"}),
	}
	m.registry.MustRegister(m.desks, m.calls, m.ended, m.wait,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, o := range telephony.Outcomes {
		m.ended.WithLabelValues(string(o)) // a counter that is there at 0 shows its first step
	}
	return m
}

// step counts one step of a call.
func (m *metrics) step(before, after telephony.Call) {
	if before.State != after.State {
		if before.State != "" && !before.Over() {
			m.calls.WithLabelValues(string(before.State)).Dec()
		}
		if !after.Over() {
			m.calls.WithLabelValues(string(after.State)).Inc()
		}
		if after.Over() {
			m.ended.WithLabelValues(string(after.Outcome)).Inc()
		}
	}
	if after.QueuedAt.IsZero() || after.Direction == telephony.Outbound {
		return
	}
	if before.AnsweredAt.IsZero() && !after.AnsweredAt.IsZero() {
		m.wait.WithLabelValues(after.Queue, "answered").Observe(after.AnsweredAt.Sub(after.QueuedAt).Seconds())
	}
	if !before.Over() && after.Over() && after.AnsweredAt.IsZero() {
		m.wait.WithLabelValues(after.Queue, string(after.Outcome)).Observe(after.EndedAt.Sub(after.QueuedAt).Seconds())
	}
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
