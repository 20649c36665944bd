# memlint needs the go command to load packages, so the image keeps it.
ARG GO=1.26
FROM golang:${GO}-alpine AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -buildvcs=false -o /memlint ./cmd/memlint

FROM golang:${GO}-alpine
# The sources that users mount belong to somebody else.
RUN apk add --no-cache git && git config --system --add safe.directory '*'
COPY --from=build /memlint /usr/local/bin/
WORKDIR /src
ENTRYPOINT ["memlint"]
CMD ["./..."]
