"""Students' rights: what is held, the copy that she may ask for, erasure, and how long it stays."""
