// SPDX-License-Identifier: MIT

package checks

import (
	"context"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/scan/finding"
	"github.com/gosqlite/gosqlite/tools/scan/gate"
	"github.com/gosqlite/gosqlite/tools/scan/report"
)

// TestPage lets a browser draw the page, at the width of a desk and of a telephone: the verdict has its colour, which only
// a page whose style was taken shows.
func TestPage(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("not run: chromium is not installed: apt-get install chromium")
	}
	green, red := color.RGBA{0x2e, 0x7d, 0x32, 0xff}, color.RGBA{0xc6, 0x28, 0x28, 0xff}
	for _, pass := range []bool{true, false} {
		r := &report.Report{Subject: "a plant", Day: "2026-11-23", Complete: true, Pass: pass, Verdict: gate.Verdict{Items: []gate.Item{{
			Finding: finding.Finding{Scanner: "c-feed", ID: "CVE-2026-0001", Component: "pkg:generic/planted", Version: "1.0.0", Severity: "high", Summary: "bad"}, Decision: "not_affected",
		}}}}
		page, err := r.HTML()
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		write(t, dir, map[string]string{"scan.html": string(page)})
		for _, width := range []string{"1200", "500"} {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			shot := filepath.Join(dir, width+".png")
			cmd := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--user-data-dir="+filepath.Join(dir, "profile"),
				"--window-size="+width+",900", "--screenshot="+shot, "file://"+filepath.Join(dir, "scan.html"))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			want := red
			if pass {
				want = green
			}
			if n := count(t, shot, want); n < 200 {
				t.Errorf("pass %v, width %s: %d points have the colour of the verdict", pass, width, n)
			}
		}
	}
}

// count is the number of points of a picture that have the colour.
func count(t *testing.T, file string, want color.RGBA) int {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			if color.RGBAModel.Convert(img.At(x, y)) == want {
				n++
			}
		}
	}
	return n
}
