using System.Diagnostics;
using System.Globalization;
using Sparseland.Chance;
using Sparseland.Coding;
using Sparseland.Tensors;

namespace Sparseland.Cli.Output;

/// <summary>How long a number of operations will take here, from a trial of well under a second.</summary>
internal static class WorkEstimate
{
    // Below this nobody has to be told.
    private const double WorthTelling = 2e10;

    /// <summary>A sentence, or null where the work is soon done.</summary>
    public static string? Describe(string update, double operations)
    {
        if (operations < WorthTelling)
            return null;
        var time = TimeSpan.FromSeconds(operations / Speed());
        return string.Create(CultureInfo.InvariantCulture, $"the update {update} takes about {operations / 1e9:N0} billion operations, {Words(time)} at the speed of a trial made now");
    }

    private static string Words(TimeSpan time) => time switch
    {
        { TotalHours: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0} hours"),
        { TotalMinutes: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} minutes"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} seconds"),
    };

    // Operations per second of learning a small dictionary; the first round compiles.
    private static double Speed()
    {
        const int signals = 128, dimensions = 96, atoms = 72, perSignal = 36;
        var matrix = new Tensor<double>(new Shape(signals, dimensions));
        var chance = new RandomStream(1, "work estimate");
        foreach (ref var value in matrix.Span)
            value = chance.NextNormal();
        var best = 0.0;
        for (var round = 0; round < 4; round++)
        {
            var options = new KSvdOptions { Iterations = round == 0 ? 1 : 2 };
            var started = Stopwatch.GetTimestamp();
            KSvd.Fit(matrix.Matrix, atoms, perSignal, options);
            best = Math.Max(best, KSvd.Operations(signals, dimensions, atoms, perSignal, options) / Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        return best;
    }
}
