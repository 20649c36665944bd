# memlint needs the go command to load packages, so the image keeps it. VERSION is what it
# says that it is.
ARG GO=1.26
FROM golang:${GO}-alpine AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION
RUN CGO_ENABLED=0 go build -buildvcs=false -trimpath -ldflags "-X github.com/memlint/memlint/internal/driver.linked=$VERSION" -o /memlint ./cmd/memlint

FROM golang:${GO}-alpine
ARG VERSION
LABEL org.opencontainers.image.version=$VERSION
# The sources that users mount belong to somebody else.
RUN apk add --no-cache git && git config --system --add safe.directory '*'
COPY --from=build /memlint /usr/local/bin/
WORKDIR /src
ENTRYPOINT ["memlint"]
CMD ["./..."]
