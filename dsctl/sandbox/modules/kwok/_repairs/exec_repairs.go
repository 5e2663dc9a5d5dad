// Compiled into KWOK's package server by dsctl (see kwok_source.py), in place of its
// debugging_exec_other.go: `exec` in a simulated pod as a kubelet would do it.

package server

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"time"

	cpty "github.com/creack/pty"
	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
	utilexec "k8s.io/utils/exec"

	utilsexec "sigs.k8s.io/kwok/pkg/utils/exec"
)

// exitCode makes the failure of a command one that the streaming server reports by its code.
func exitCode(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Exited() {
		return utilexec.CodeExitError{Err: err, Code: exit.ExitCode()}
	}
	return err
}

// execInContainerWithTTY runs a command with a terminal that is its own (so that Ctrl-C reaches
// it), and returns once all that it printed has been passed on.
func (s *Server) execInContainerWithTTY(ctx context.Context, cmd []string, in io.Reader, out io.WriteCloser, resize <-chan remotecommand.TerminalSize) error {
	options := utilsexec.GetExecOptions(ctx)
	command := exec.CommandContext(ctx, cmd[0], cmd[1:]...)
	command.Dir = options.Dir
	command.Env = append(os.Environ(), options.Env...)
	terminal, err := cpty.Start(command)
	if err != nil {
		return err
	}
	defer func() { _ = terminal.Close() }()

	printed := make(chan struct{})
	go func() {
		defer close(printed)
		_, _ = io.Copy(out, terminal)
	}()
	if in != nil {
		go func() { _, _ = io.Copy(terminal, in) }()
	}
	if resize != nil {
		go func() {
			for size := range resize {
				_ = cpty.Setsize(terminal, &cpty.Winsize{Rows: size.Height, Cols: size.Width})
			}
		}()
	}

	err = command.Wait()
	select {
	case <-printed:
	case <-time.After(time.Second): // a child that lives on still holds the terminal
	}
	return err
}
