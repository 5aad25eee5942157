// SPDX-License-Identifier: MIT

package remoteexec

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// postgres has this user alone. It takes no password: its socket is in a folder that is closed to others, and it
// listens nowhere else.
const databaseUser = "buildgrid"

// database is the address of the queue, as SQLAlchemy reads it.
func (s *Server) database() string {
	return "postgresql+psycopg://" + databaseUser + "@/postgres?host=" + filepath.Join(s.Dir, "run")
}

func (s *Server) startPostgres(ctx context.Context) error {
	bin := filepath.Join(s.options.Programs, "debian/usr/lib/postgresql/18/bin")
	data := filepath.Join(s.Dir, "postgres")
	// It refuses to be root.
	c := command{name: "postgres", core: -1, user: os.Getuid() == 0, dir: s.Dir, env: s.environment()}
	if _, err := os.Stat(filepath.Join(data, "PG_VERSION")); err != nil {
		create := c
		create.name, create.path, create.log = "initdb", filepath.Join(bin, "initdb"), filepath.Join(s.Dir, "log/initdb")
		create.args = []string{"-D", data, "-U", databaseUser, "--auth=trust", "--no-locale", "-E", "UTF8", "--no-sync"}
		if err := errors.Join(os.RemoveAll(data), runOnce(create)); err != nil {
			return err
		}
	}
	c.path = filepath.Join(bin, "postgres")
	c.args = []string{"-D", data, "-c", "listen_addresses=", "-c", "unix_socket_directories=" + filepath.Join(s.Dir, "run"),
		"-c", "timezone=UTC", "-c", "log_timezone=UTC", "-c", "shared_buffers=32MB"}
	p, err := s.begin(c)
	if err != nil {
		return err
	}
	// The last line of this file is for those who wait.
	return wait(ctx, p, func() bool {
		text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
		return err == nil && strings.HasSuffix(strings.TrimSpace(string(text)), "\nready")
	})
}

// redisConfig lets nobody in who has no password: BuildGrid reaches it by a port, and a port is everybody's.
func (s *Server) redisConfig() string {
	return fmt.Sprintf("bind 127.0.0.1\nport %d\nrequirepass %s\ndir %q\nappendonly yes\nsave \"\"\ndaemonize no\n", s.redis, s.redisPassword, filepath.Join(s.Dir, "redis"))
}

func (s *Server) startRedis(ctx context.Context) error {
	p, err := s.begin(command{name: "redis", path: filepath.Join(s.options.Programs, "debian/usr/bin/redis-server"),
		args: []string{filepath.Join(s.Dir, "redis.conf")}, core: -1, env: s.environment(), dir: s.Dir})
	if err != nil {
		return err
	}
	return wait(ctx, p, func() bool {
		return redisAnswers(fmt.Sprintf("127.0.0.1:%d", s.redis), s.redisPassword) == nil
	})
}

// redisAnswers fails until Redis has read its entries: before, it answers LOADING to what is not AUTH.
func redisAnswers(address, password string) error {
	conn, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(conn, "AUTH %s\r\nPING\r\n", password); err != nil {
		return err
	}
	answers := bufio.NewReader(conn)
	for _, want := range []string{"+OK\r\n", "+PONG\r\n"} {
		if line, err := answers.ReadString('\n'); err != nil || line != want {
			return fmt.Errorf("redis answers %q: %w", line, err)
		}
	}
	return nil
}
