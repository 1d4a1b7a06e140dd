"""Charts: figures in, one Vega-Lite specification each out, and a sentence that says the same."""
