// Package event imitates the declarations of the module that the cases use.
package event

type Feed struct{}

func (*Feed) Subscribe(channel interface{}) Subscription

type Subscription interface {
	Err() <-chan error
	Unsubscribe()
}

type SubscriptionScope struct{}

func (*SubscriptionScope) Track(s Subscription) Subscription
