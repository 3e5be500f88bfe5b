using Sparseland.Progress;
using Spectre.Console;

namespace Sparseland.Cli.Output;

/// <summary>Progress bars on standard error, one for each stage, with the time left and the figures of the moment. Plain lines when redirected.</summary>
internal static class ProgressDisplay
{
    public static T Run<T>(Func<IProgress<ProgressReport>, T> work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (Console.IsErrorRedirected)
            return work(new Lines());
        return console.Progress()
            .AutoClear(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context => work(new Bars(context)));
    }

    private sealed class Bars(ProgressContext context) : IProgress<ProgressReport>
    {
        private readonly Lock _gate = new();
        private ProgressTask? _task;
        private string _stage = "";

        public void Report(ProgressReport value)
        {
            lock (_gate)
            {
                if (_task is null || value.Stage != _stage)
                {
                    _task?.StopTask();
                    _stage = value.Stage;
                    _task = context.AddTask(Markup.Escape(value.Stage));
                }
                _task.IsIndeterminate = value.Total <= 0;
                _task.MaxValue = Math.Max(1, value.Total);
                _task.Value = value.Done;
                _task.Description = Markup.Escape(value.Note is null ? value.Stage : $"{value.Stage} · {value.Note}");
            }
        }
    }

    // In a log a line now and then is enough: every twentieth of the way, and nothing for stages that are over at once.
    private sealed class Lines : IProgress<ProgressReport>
    {
        private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);
        private readonly Lock _gate = new();
        private readonly System.Diagnostics.Stopwatch _clock = System.Diagnostics.Stopwatch.StartNew();
        private string _stage = "";
        private long _last;
        private TimeSpan _stageStart;
        private long _stageDone;

        public void Report(ProgressReport value)
        {
            lock (_gate)
            {
                var share = value.Total > 0 ? value.Done * 20 / value.Total : 0;
                // What was done before the first report (a run that was continued) says nothing about the speed of this one.
                if (value.Stage != _stage)
                    (_stage, _last, _stageStart, _stageDone) = (value.Stage, -1, _clock.Elapsed, Math.Max(0, value.Done - 1));
                var elapsed = _clock.Elapsed - _stageStart;
                if (share == _last || elapsed < Silence)
                    return;
                _last = share;
                var left = value.Total > 0 && value.Done > _stageDone ? elapsed * ((double)(value.Total - value.Done) / (value.Done - _stageDone)) : TimeSpan.Zero;
                Console.Error.WriteLine($"{value.Stage}{(value.Total > 0 ? $" {value.Done}/{value.Total}, {(int)left.TotalMinutes}:{left.Seconds:00} left" : "")}{(value.Note is null ? "" : $" · {value.Note}")}");
            }
        }
    }
}
