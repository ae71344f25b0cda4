"""What Prometheus is told: requests, refusals and latency by command; nothing about persons."""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Metrics:
    """The figures of one server."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "twinline_requests",
            "Requests answered.",
            ["command", "status"],
            registry=self._registry,
        )
        self._refusals = Counter(
            "twinline_refusals",
            "Commands refused, by reason.",
            ["command", "reason"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "twinline_request_seconds",
            "From the request's first byte to the answer.",
            ["command"],
            buckets=_BUCKETS_S,
            registry=self._registry,
        )
        self._forgotten = Counter(
            "twinline_refusals_forgotten",
            "Refusals forgotten after their 30 days.",
            registry=self._registry,
        )
        self._running = Gauge(
            "twinline_requests_running", "Requests being worked on.", registry=self._registry
        )

    def began(self) -> None:
        """Count a request that is being worked on."""
        self._running.inc()

    def ended(self, command: str, status: int, reason: str, seconds: float) -> None:
        """Count its answer; `reason` is empty unless the answer was no."""
        self._running.dec()
        self._requests.labels(command, str(status)).inc()
        self._seconds.labels(command).observe(seconds)
        if reason:
            self._refusals.labels(command, reason).inc()

    def forgot(self, refusals: int) -> None:
        """Count refusals that are kept no longer."""
        self._forgotten.inc(refusals)

    def text(self) -> bytes:
        """Return the figures as Prometheus reads them."""
        return generate_latest(self._registry)
