using System.CommandLine;
using Sparseland.Errors;
using Sparseland.Threads;

namespace Sparseland.Cli.CommandLine;

/// <summary>Runs a verb and turns every way it can end into an exit code: 0 done, 1 a claim does not hold, 2 bad input, 130 stopped by Ctrl-C.</summary>
internal static class VerbHost
{
    public const int BadInput = 2;
    public const int Interrupted = 130;

    public static int Execute(Verb verb, ParseResult parsed, SharedOptions shared, CancellationToken cancellationToken)
    {
        try
        {
            var threads = parsed.GetValue(shared.Threads);
            if (threads < 0)
                throw new InvalidSettingException($"--threads {threads}: it must be 0 (one per core) or more");
            if (threads > 0)
                WorkerPool.ThreadCount = threads;
            return verb.Run(new VerbContext(parsed, shared, cancellationToken));
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine($"sparseland {verb.Name}: stopped; {(verb.Resumes ? "what was finished is kept, and the same command goes on from there" : "nothing was written")}");
            return Interrupted;
        }
        catch (SparselandException fault)
        {
            return Fail(verb, fault.Message);
        }
        catch (OutOfMemoryException)
        {
            return Fail(verb, "this machine's memory does not suffice; use a smaller context, fewer calibration sequences or a smaller model");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Fail(verb, fault.Message);
        }
    }

    private static int Fail(Verb verb, string message)
    {
        Console.Error.WriteLine($"sparseland {verb.Name}: {message.ReplaceLineEndings(" ")}");
        return BadInput;
    }
}
