using System.CommandLine;
using System.Text.Json;
using Sparseland.Cli.Output;
using Sparseland.Progress;

namespace Sparseland.Cli.CommandLine;

/// <summary>What a verb is given: the parsed command line, where to talk and where to write, and when to stop.</summary>
internal sealed class VerbContext(ParseResult parsed, SharedOptions shared, CancellationToken cancellationToken)
{
    /// <summary>Cancelled by Ctrl-C.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>The seed.</summary>
    public ulong Seed => parsed.GetValue(shared.Seed);

    /// <summary>Whether the seed stands on the command line.</summary>
    public bool HasSeed => Has(shared.Seed);

    /// <summary>Whether the result is wanted as JSON.</summary>
    public bool Json => parsed.GetValue(shared.Json);

    /// <summary>Whether remarks are unwanted.</summary>
    public bool Quiet => parsed.GetValue(shared.Quiet);

    /// <summary>Data: standard output.</summary>
    public TextWriter Output { get; } = Console.Out;

    /// <summary>An option's or argument's value.</summary>
    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    /// <summary>An argument's value.</summary>
    public T? Get<T>(Argument<T> argument) => parsed.GetValue(argument);

    /// <summary>Whether an option stands on the command line.</summary>
    public bool Has(Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>A remark for a person: standard error.</summary>
    public void Say(string text)
    {
        if (!Quiet)
            Console.Error.WriteLine(text);
    }

    /// <summary>Runs work with a progress bar on standard error.</summary>
    public T WithProgress<T>(Func<IProgress<ProgressReport>, T> work) => Quiet ? work(new Silent()) : ProgressDisplay.Run(work);

    /// <summary>Writes indented JSON on standard output.</summary>
    public static void WriteJson(Action<Utf8JsonWriter> write)
    {
        using var stream = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
            write(json);
        stream.WriteByte((byte)'\n');
    }

    private sealed class Silent : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value) { }
    }
}
