package phase

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	once()
	os.Exit(m.Run())
}

func TestIt(t *testing.T) {
	once()
	t.Run("sub", func(t *testing.T) { once() })
	inTest(t)
}

func inTest(t *testing.T) { once(t) }

func BenchmarkIt(b *testing.B) { once() }

func (object) TestMethod() { often() }
