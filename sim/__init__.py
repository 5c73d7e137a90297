"""How it moves: batched world state, dynamics, people and signals."""
