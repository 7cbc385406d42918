package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"log/slog"
	"time"

	"github.com/rs/zerolog"
	"github.com/sirupsen/logrus"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"k8s.io/klog/v2"
)

// Logger is what this program needs of one; each is set up as its documentation shows, with stdout as its output.
type logger struct {
	line           func(text string)
	lineWithFields func(text string)
	field          func(message, key, value string)
	error          func(message string, err error)
	flush          func()
}

func nothing() {}

func makers() map[string]func(*sink) logger {
	return map[string]func(*sink) logger{
		"none":           none,
		"log":            func(s *sink) logger { return std(log.New(s, "", log.LstdFlags)) },
		"log-full":       func(s *sink) logger { return std(log.New(s, "app: ", log.LstdFlags|log.Lmicroseconds|log.Llongfile)) },
		"log-msgprefix":  func(s *sink) logger { return std(log.New(s, "[app] ", log.LstdFlags|log.LUTC|log.Lmsgprefix)) },
		"slog-text":      func(s *sink) logger { return structured(slog.NewTextHandler(s, nil)) },
		"slog-json":      func(s *sink) logger { return structured(slog.NewJSONHandler(s, nil)) },
		"klog":           kube,
		"zap-json":       func(s *sink) logger { return uber(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), s) },
		"zap-console":    func(s *sink) logger { return uber(zapcore.NewConsoleEncoder(zap.NewDevelopmentEncoderConfig()), s) },
		"logrus-text":    func(s *sink) logger { return rus(&logrus.TextFormatter{}, s) },
		"logrus-colours": func(s *sink) logger { return rus(&logrus.TextFormatter{ForceColors: true}, s) },
		"logrus-json":    func(s *sink) logger { return rus(&logrus.JSONFormatter{}, s) },
		"zerolog-json":   func(s *sink) logger { return zero(s) },
		"zerolog-console": func(s *sink) logger {
			return zero(zerolog.ConsoleWriter{Out: s, TimeFormat: time.RFC3339, NoColor: true})
		},
		"zerolog-colours": func(s *sink) logger { return zero(zerolog.ConsoleWriter{Out: s, TimeFormat: time.Kitchen}) },
	}
}

// None prints as programs do that have no logger.
func none(s *sink) logger {
	line := func(text string) { fmt.Fprintln(s, text) }
	return logger{
		line:           line,
		lineWithFields: func(text string) { line(text + " service=shop") },
		field:          func(message, key, value string) { fmt.Fprintf(s, "%s %s=%s\n", message, key, value) },
		error:          func(message string, err error) { fmt.Fprintf(s, "%s: %v\n", message, err) },
		flush:          nothing,
	}
}

func std(l *log.Logger) logger {
	return logger{
		line:           func(text string) { l.Print(text) },
		lineWithFields: func(text string) { l.Print(text, " service=shop") },
		field:          func(message, key, value string) { l.Printf("%s %s=%s", message, key, value) },
		error:          func(message string, err error) { l.Printf("%s: %v", message, err) },
		flush:          nothing,
	}
}

func structured(handler slog.Handler) logger {
	l := slog.New(handler)
	with := l.With("service", "shop", "replica", 3)
	return logger{
		line:           func(text string) { l.Info(text) },
		lineWithFields: func(text string) { with.Info(text) },
		field:          func(message, key, value string) { l.Info(message, key, value) },
		error:          func(message string, err error) { l.ErrorContext(context.Background(), message, "err", err) },
		flush:          nothing,
	}
}

func kube(s *sink) logger {
	flags := flag.NewFlagSet("klog", flag.PanicOnError)
	klog.InitFlags(flags)
	for _, each := range [][2]string{{"logtostderr", "false"}, {"one_output", "true"}, {"stderrthreshold", "FATAL"}} {
		if err := flags.Set(each[0], each[1]); err != nil {
			panic(err)
		}
	}
	klog.SetOutput(s)
	return logger{
		line:           func(text string) { klog.Info(text) },
		lineWithFields: func(text string) { klog.Info(text, " service=shop") },
		field:          func(message, key, value string) { klog.InfoS(message, key, value) },
		error:          func(message string, err error) { klog.ErrorS(err, message) },
		flush:          klog.Flush,
	}
}

func uber(encoder zapcore.Encoder, s *sink) logger {
	l := zap.New(zapcore.NewCore(encoder, zapcore.AddSync(s), zapcore.InfoLevel), zap.AddCaller(), zap.AddStacktrace(zapcore.ErrorLevel))
	// The stack trace of an error is of the error, not of the line that logs it.
	plain := l.WithOptions(zap.AddStacktrace(zapcore.FatalLevel))
	with := l.With(zap.String("service", "shop"), zap.Int("replica", 3))
	return logger{
		line:           func(text string) { l.Info(text) },
		lineWithFields: func(text string) { with.Info(text) },
		field:          func(message, key, value string) { l.Info(message, zap.String(key, value)) },
		error: func(message string, err error) {
			if isTraced(err) {
				plain.Error(message, zap.Error(err))
			} else {
				l.Error(message, zap.Error(err))
			}
		},
		flush: func() { _ = l.Sync() },
	}
}

func rus(formatter logrus.Formatter, s io.Writer) logger {
	l := logrus.New()
	l.SetOutput(s)
	l.SetFormatter(formatter)
	with := l.WithField("service", "shop").WithField("replica", 3)
	return logger{
		line:           func(text string) { l.Info(text) },
		lineWithFields: func(text string) { with.Info(text) },
		field:          func(message, key, value string) { l.WithField(key, value).Info(message) },
		error:          func(message string, err error) { l.WithError(err).Error(message) },
		flush:          nothing,
	}
}

func zero(w io.Writer) logger {
	l := zerolog.New(w).With().Timestamp().Logger()
	with := l.With().Str("service", "shop").Int("replica", 3).Logger()
	return logger{
		line:           func(text string) { l.Info().Msg(text) },
		lineWithFields: func(text string) { with.Info().Msg(text) },
		field:          func(message, key, value string) { l.Info().Str(key, value).Msg(message) },
		error:          func(message string, err error) { l.Error().Err(err).Msg(message) },
		flush:          nothing,
	}
}

func isTraced(err error) bool {
	var t tracedError
	return errors.As(err, &t)
}
