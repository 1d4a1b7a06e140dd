"""What befalls a bot in a school's service: every fault tried, with figures of what came of it.

A scenario is a function from a `Plan` (folder, seed, sizes) to `Figures`, named with
`@torture("…", kind="fault")` in a module `scenes_*.py` of this package; whatever such a module
registers gets a row in the table of `make torture`, and a short run in `make test`.
"""
