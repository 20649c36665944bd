// Package cache imitates the declarations of the module that the cases use.
package cache

type ResourceEventHandler interface{ OnAdd(obj any) }

type ResourceEventHandlerRegistration interface{ HasSynced() bool }

type HandlerOptions struct{}

type SharedInformer interface {
	AddEventHandler(handler ResourceEventHandler) (ResourceEventHandlerRegistration, error)
	AddEventHandlerWithOptions(handler ResourceEventHandler, options HandlerOptions) (ResourceEventHandlerRegistration, error)
	RemoveEventHandler(handle ResourceEventHandlerRegistration) error
}
