"""School to figures: the metric catalogue, engagement, performance, risk, events."""
