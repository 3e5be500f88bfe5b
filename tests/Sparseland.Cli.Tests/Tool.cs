using System.Diagnostics;
using System.Globalization;

namespace Sparseland.Cli.Tests;

/// <summary>Runs the tool as a process of its own, as a user does.</summary>
internal static class Tool
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        using var process = Start(arguments);
        process.StandardInput.Close();
        return Finish(process);
    }

    /// <summary>Starts the tool and leaves it running.</summary>
    public static Process Start(params string[] arguments) => Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "Sparseland.Cli.dll"), .. arguments]);

    /// <summary>Starts a program with its three streams in our hands.</summary>
    public static Process Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = AppContext.BaseDirectory };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    /// <summary>Waits for the end.</summary>
    public static (int Code, string Output, string Errors) Finish(Process process)
    {
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    /// <summary>Starts the tool, waits for a moment, and interrupts it.</summary>
    /// <param name="moment">Tells when; a run that ends before is a failure of the test.</param>
    /// <param name="signal">"KILL" or "INT".</param>
    /// <param name="arguments">The command line.</param>
    public static (int Code, string Output, string Errors) Interrupt(Func<bool> moment, string signal, params string[] arguments) => Interrupt(_ => moment(), signal, arguments);

    /// <summary>Starts the tool, waits for a moment of its life, and interrupts it.</summary>
    public static (int Code, string Output, string Errors) Interrupt(Func<Process, bool> moment, string signal, params string[] arguments)
    {
        using var process = Start(arguments);
        var clock = Stopwatch.StartNew();
        while (!moment(process))
        {
            Assert.False(process.HasExited, $"it ended before the moment came: {(process.HasExited ? process.StandardError.ReadToEnd() : "")}");
            Assert.True(clock.Elapsed < Patience, "the moment did not come");
            Thread.Sleep(2);
        }
        using var kill = Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        return Finish(process);
    }
}
