// SPDX-License-Identifier: MIT

package remoteexec

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// network is a network namespace (network_namespaces(7)) in which one address answers, as it does outside, and nothing else is
// reached: neither this machine's other servers, nor its network.
type network struct {
	namespace *os.File
	listener  net.Listener
}

// newNetwork makes one in which at is reached. It takes the right to administer the system; without it the error is
// fs.ErrPermission.
func newNetwork(at netip.AddrPort) (*network, error) {
	n, made := &network{}, make(chan error)
	go func() {
		// The thread is in the namespace for good, and ends with this goroutine.
		runtime.LockOSThread()
		made <- n.enterNew(at)
	}()
	if err := <-made; err != nil {
		return nil, errors.Join(fmt.Errorf("make network for a worker: %w", err), n.close())
	}
	go n.forward(at)
	return n, nil
}

func (n *network) enterNew(at netip.AddrPort) (err error) {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("unshare: %w", err)
	}
	if n.namespace, err = os.Open("/proc/thread-self/ns/net"); err != nil {
		return err
	}
	if err := loopbackUp(); err != nil {
		return fmt.Errorf("start loopback: %w", err)
	}
	// A socket belongs to the namespace of the thread that made it.
	n.listener, err = net.Listen("tcp", at.String())
	return err
}

func loopbackUp() error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	lo, err := unix.NewIfreq("lo")
	if err == nil {
		lo.SetUint16(unix.IFF_UP)
		err = unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, lo)
	}
	return errors.Join(err, unix.Close(socket))
}

// enter moves the thread that calls into the namespace; what it starts is there, too.
func (n *network) enter() error {
	if err := unix.Setns(int(n.namespace.Fd()), unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("enter network: %w", err)
	}
	return nil
}

// forward hands each connection to the address outside, until the listener is closed.
func (n *network) forward(to netip.AddrPort) {
	for {
		inside, err := n.listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer inside.Close()
			outside, err := net.Dial("tcp", to.String())
			if err != nil {
				return // the worker sees a connection that ends, as it does when a server is down
			}
			defer outside.Close()
			ended := make(chan struct{}, 2)
			for _, pair := range [][2]net.Conn{{inside, outside}, {outside, inside}} {
				go func() {
					_, _ = io.Copy(pair[0], pair[1])
					ended <- struct{}{}
				}()
			}
			<-ended // closing both ends the other one
		}()
	}
}

func (n *network) close() error {
	var err error
	if n.listener != nil {
		err = n.listener.Close()
	}
	if n.namespace != nil {
		err = errors.Join(err, n.namespace.Close())
	}
	return err
}
