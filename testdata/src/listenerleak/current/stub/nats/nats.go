// Package nats imitates the declarations of the module that the cases use.
package nats

type Conn struct{}

type Msg struct {
	Data []byte
	Sub  *Subscription
}

type Subscription struct{}

type Status int

func (*Conn) Subscribe(subj string, cb func(*Msg)) (*Subscription, error)

func (*Conn) SubscribeSync(subj string) (*Subscription, error)

func (*Conn) StatusChanged(statuses ...Status) chan Status

func (*Conn) RemoveStatusListener(ch chan Status)

func (*Subscription) Unsubscribe() error

func (*Subscription) AutoUnsubscribe(max int) error

func (*Subscription) NextMsg() (*Msg, error)
