package agentdesk

import (
	"slices"

	"hotline/tickets"
)

// Who may do what is here and nowhere else. What is not in a table is denied.
var (
	everyone    = []string{tickets.RoleAgent, tickets.RoleSupervisor, tickets.RoleAdmin}
	supervisors = []string{tickets.RoleSupervisor, tickets.RoleAdmin}
	admins      = []string{tickets.RoleAdmin}
	anyone      = []string{"*"} // without a session too
	machine     = []string{local, tickets.RoleAdmin}
)

// local is the role of a request without a session that comes from this machine itself.
const local = "local"

// allowed reports whether a role may; "" is somebody without a session.
func allowed(roles []string, role string) bool {
	return slices.Contains(roles, "*") || role != "" && slices.Contains(roles, role)
}

// messages are the types that a desk may send, who may send them, and what they do.
var messages = map[string]struct {
	roles []string
	do    func(*Server, *desk, request) (any, error)
}{
	"ping":             {everyone, (*Server).ping},
	"presence.set":     {everyone, (*Server).presenceSet},
	"pop.ack":          {everyone, (*Server).popAck},
	"call.answer":      {everyone, (*Server).callAnswer},
	"call.decline":     {everyone, (*Server).callDecline},
	"call.hangup":      {everyone, (*Server).callHangup},
	"call.hold":        {everyone, (*Server).callHold},
	"call.resume":      {everyone, (*Server).callResume},
	"call.mute":        {everyone, (*Server).callMute},
	"call.unmute":      {everyone, (*Server).callMute},
	"record.pause":     {everyone, (*Server).recordPause},
	"record.resume":    {everyone, (*Server).recordResume},
	"call.dial":        {everyone, (*Server).callDial},
	"wrapup.finish":    {everyone, (*Server).wrapupFinish},
	"wrapup.extend":    {everyone, (*Server).wrapupExtend},
	"media.use":        {everyone, (*Server).mediaUse},
	"webrtc.offer":     {everyone, (*Server).webrtcOffer},
	"webrtc.candidate": {everyone, (*Server).webrtcCandidate},
	"webrtc.state":     {everyone, (*Server).webrtcState},
}

// paths are the HTTP routes and who may use them. Where more is asked (one's own state only), the route's function says so.
var paths = map[string][]string{
	"/":                     anyone, // the page itself knows nothing
	"/api/":                 anyone, // what is not there
	"GET /healthz":          anyone,
	"GET /readyz":           anyone,
	"GET /metrics":          machine,
	"GET /api/openapi.json": anyone,
	"GET /api/docs":         anyone,

	"POST /api/v1/session":   anyone,
	"GET /api/v1/session":    everyone,
	"DELETE /api/v1/session": everyone,
	"GET /api/v1/desk":       everyone,

	"GET /api/v1/board":                       everyone, // an agent sees the own queues
	"GET /api/v1/calls":                       everyone,
	"GET /api/v1/calls/{id}":                  everyone,
	"GET /api/v1/calls/{id}/timeline":         everyone,
	"GET /api/v1/tickets":                     everyone,
	"POST /api/v1/tickets":                    everyone,
	"GET /api/v1/tickets/{number}":            everyone,
	"PATCH /api/v1/tickets/{number}":          everyone,
	"GET /api/v1/tickets/{number}/timeline":   everyone,
	"POST /api/v1/tickets/{number}/comments":  everyone,
	"GET /api/v1/tickets/{number}/recordings": everyone,
	"GET /api/v1/tickets/{number}/similar":    everyone,
	"GET /api/v1/recordings/{id}":             everyone,
	"GET /api/v1/recordings/{id}/audio":       everyone, // who listened is written down
	"GET /api/v1/recordings/{id}/peaks":       everyone,
	"GET /api/v1/contacts":                    everyone,
	"POST /api/v1/contacts":                   everyone,
	"GET /api/v1/contacts/{id}":               everyone,
	"PUT /api/v1/contacts/{id}":               everyone,
	"GET /api/v1/organisations":               everyone,
	"POST /api/v1/organisations":              supervisors,
	"GET /api/v1/organisations/{id}":          everyone,
	"PUT /api/v1/organisations/{id}":          supervisors,
	"GET /api/v1/contracts":                   everyone,
	"POST /api/v1/contracts":                  supervisors,
	"GET /api/v1/contracts/{id}":              everyone,
	"PUT /api/v1/contracts/{id}":              supervisors,
	"GET /api/v1/categories":                  everyone,
	"PUT /api/v1/categories/{code}":           supervisors,
	"GET /api/v1/lines":                       supervisors,
	"GET /api/v1/lines/{number}":              supervisors,
	"PUT /api/v1/lines/{number}":              admins,
	"PUT /api/v1/lines/{number}/closed":       supervisors, // the emergency switch
	"GET /api/v1/queues":                      everyone,
	"PUT /api/v1/queues/{name}":               supervisors,
	"GET /api/v1/queues/{name}/live":          everyone, // an agent only the own queues
	"GET /api/v1/queues/{name}/dispositions":  everyone,
	"PUT /api/v1/queues/{name}/dispositions":  supervisors,
	"GET /api/v1/agents":                      everyone, // names
	"GET /api/v1/agents/{username}/state":     everyone, // an agent only the own
	"PUT /api/v1/agents/{username}/state":     everyone, // an agent only the own
	"GET /api/v1/planning/erlang":             supervisors,
	"GET /api/v1/planning/staffing":           supervisors,
	"GET /api/v1/users":                       admins,
	"POST /api/v1/users":                      admins,
	"GET /api/v1/users/{username}":            admins,
	"PUT /api/v1/users/{username}":            admins,
	"PUT /api/v1/users/{username}/password":   admins,
}
