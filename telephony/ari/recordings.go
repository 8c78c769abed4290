package ari

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/CyCoreSystems/ari/v5"
)

// StopPlay ends a playback; one that is over is no error.
func (c *Client) StopPlay(ctx context.Context, playback string) error {
	return gone(c.do(ctx, request{method: http.MethodDelete, path: []string{"playbacks", playback}}, nil))
}

// StopRecord ends a live recording and keeps it; one that is over is no error.
func (c *Client) StopRecord(ctx context.Context, name string) error {
	return gone(c.do(ctx, request{method: http.MethodPost, path: []string{"recordings", "live", name, "stop"}}, nil))
}

// MuteRecord lets a live recording hold silence from here on, or sound again.
func (c *Client) MuteRecord(ctx context.Context, name string, mute bool) error {
	method := http.MethodDelete
	if mute {
		method = http.MethodPost
	}
	return c.do(ctx, request{method: method, path: []string{"recordings", "live", name, "mute"}}, nil)
}

// Recordings lists the finished recordings that lie in Asterisk's folder.
func (c *Client) Recordings(ctx context.Context) ([]ari.StoredRecordingData, error) {
	var list []ari.StoredRecordingData
	err := c.do(ctx, request{method: http.MethodGet, path: []string{"recordings", "stored"}}, &list)
	return list, err
}

// Recording reports whether a recording is still being made.
func (c *Client) Recording(ctx context.Context, name string) (bool, error) {
	err := c.do(ctx, request{method: http.MethodGet, path: []string{"recordings", "live", name}}, nil)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Fetch opens a finished recording. The deadline of the client is for each wait, not for the whole: a long
// recording may take its time as long as bytes come.
func (c *Client) Fetch(ctx context.Context, name string) (io.ReadCloser, error) {
	ctx, cancel := context.WithCancel(ctx)
	late := time.AfterFunc(c.config.Timeout, cancel)
	res, err := c.send(ctx, request{method: http.MethodGet, path: []string{"recordings", "stored", name, "file"}})
	if err != nil {
		late.Stop()
		cancel()
		return nil, fmt.Errorf("fetch recording %s: %w", name, err)
	}
	return &download{res.Body, late, c.config.Timeout, cancel}, nil
}

// Forget deletes a finished recording in Asterisk; one that is gone is no error.
func (c *Client) Forget(ctx context.Context, name string) error {
	return gone(c.do(ctx, request{method: http.MethodDelete, path: []string{"recordings", "stored", name}}, nil))
}

// download gives up when no byte comes for a while.
type download struct {
	io.ReadCloser
	late   *time.Timer
	wait   time.Duration
	cancel context.CancelFunc
}

func (d *download) Read(p []byte) (int, error) {
	d.late.Reset(d.wait)
	return d.ReadCloser.Read(p)
}

func (d *download) Close() error {
	d.late.Stop()
	err := d.ReadCloser.Close()
	d.cancel()
	return err
}
