// Package erlang says how a queue will do with a number of agents, and how many agents it needs.
//
//	calls/interval        all agents busy                 AHT
//	   λ ───────────▶ [ wait, first come first ] ──▶ ( n agents, μ each ) ──▶ served
//	                        │ θ = 1/patience
//	                        └──▶ gives up                (Erlang A only)
//
// Calls come at random and evenly (Poisson), talk and wrap-up times and patience are exponential, the figures are those of
// the long run. Three classic models differ in what a caller does who finds all agents busy:
//
//	B  goes away at once           trunks; also A without any patience
//	C  waits for ever              needs more agents than erlangs offered, else the queue grows without end
//	A  waits as long as it likes   always has an answer; C is A with endless patience
//
// Symbols in the comments: λ calls per second, μ = 1/AHT, θ = 1/patience, n agents, a = λ/μ erlangs offered, ρ = a/n.
//
// What must stay true: the package is pure and imports the standard library only; no figure is ever NaN or infinite; sums
// have positive terms only and start at the largest, so that nothing overflows and nothing cancels.
package erlang
