"""How it moves: compiled worlds, their changing state, the kernels that advance it."""
