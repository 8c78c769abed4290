// Package telephony is what a call is: its state, the events that move it and the actions that follow.
//
// The state of a call is a value (Call), its flow is a pure function (Step), and one goroutine per call (Exchange)
// feeds events to the flow. Write down, then do; news first, then clocks; doing twice is harmless. From this shape
// follow recovery (Adopt), replay, the golden calls in testdata/calls, and the fuzz test's invariants.
//
//	                             (menus between greeting and waiting, when the line has them)
//	Came ──▶ arrived ──ticket──▶ greeting ──▶ waiting ──matched──▶ offered ──accept──▶ joining ──leg up──▶ talking ⇄ held
//	            │                               ▲  │  ▲               │ RONA, declined,    │              │    ▲
//	            │ closed, unknown line          │  │  └───────────────┴─ desk lost ────────┘    desk lost │    │ desk back
//	            ▼                               │  │ waited too long                                      ▼    │
//	          closed ──▶ recording ⇄ review     │  ▼                                                     stranded
//	            │             └────────┴──▶ saving │                                                       │ grace over
//	            ▼                             │ closed                        waiting ◀───────────────────┘
//	          ended ◀────────────────────────┘
//
//	Dial ──▶ arrived ──ticket──▶ calling ──picked up──▶ talking
//
// What must stay true: nobody is offered a call before its ticket is durable; every reservation of an agent that the
// call was given is handed back exactly once (seated as free, missed or wrapup); the place in the queue (QueuedAt)
// never changes; a call ends in exactly one Outcome. The package imports the standard library only.
package telephony
