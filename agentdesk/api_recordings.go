package agentdesk

import (
	"context"
	"maps"
	"net/http"
	"time"

	"hotline/recording"
)

type recordingPath struct {
	ID string `path:"id" maxLength:"64"`
}

type peaksView struct {
	Seconds  float64  `json:"seconds"`
	Channels int      `json:"channels"`
	Peaks    [][]int8 `json:"peaks" nullable:"false" doc:"Per channel, 0 to 127"`
}

func (s *Server) recordingsAPI() {
	route(s, "GET /api/v1/recordings/{id}", "One recording; its sound is at /audio", func(ctx context.Context, in *recordingPath) (*body[recording.Recording], error) {
		return one(s.Recordings.Get(ctx, in.ID))
	})
	route(s, "GET /api/v1/recordings/{id}/peaks", "Its waveform", func(ctx context.Context, in *recordingPath) (*body[peaksView], error) {
		r, err := s.Recordings.Get(ctx, in.ID)
		if r.Peaks == nil {
			r.Peaks = [][]int8{}
		}
		return one(peaksView{r.Seconds, r.Channels, r.Peaks}, err)
	})
}

// serveAudio plays a recording, whole or a range of it. It is written down who listened before the first byte goes out.
func (s *Server) serveAudio(w http.ResponseWriter, r *http.Request) {
	sound, err := s.Recordings.Open(r.Context(), r.PathValue("id"))
	if err == nil {
		defer sound.Close()
		err = s.listens(r.Context(), sound.Recording.ID, userOf(r.Context()).Username)
	}
	if err != nil {
		t := s.refuse("audio", err)
		problem(w, t.Status, t.Detail)
		return
	}
	w.Header().Set("Content-Type", "audio/wav")
	w.Header().Set("ETag", `"`+sound.Recording.SHA256+`"`)
	w.Header().Set("Content-Disposition", `inline; filename="recording-`+sound.Recording.StartedAt.UTC().Format("20060102-150405")+`.wav"`)
	http.ServeContent(w, r, "", sound.ModTime, sound)
}

// onePlay is how long further ranges belong to a play that was written down.
const onePlay = time.Minute

// listens writes down who listens to what, once for all the ranges that a player asks for of one play.
func (s *Server) listens(ctx context.Context, id, who string) error {
	key := who + " " + id
	s.mu.Lock()
	fresh := time.Since(s.heard[key]) < onePlay
	s.mu.Unlock()
	if fresh {
		return nil
	}
	if err := s.Recordings.Played(ctx, id, who); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.heard, func(_ string, at time.Time) bool { return time.Since(at) >= onePlay })
	s.heard[key] = time.Now()
	return nil
}
