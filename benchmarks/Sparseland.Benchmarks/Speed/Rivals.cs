using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sparseland.Benchmarks.Speed;

/// <summary>One of several ways to do the same work.</summary>
/// <param name="Name">What it is called in the table.</param>
/// <param name="Run">Does the work once; the argument is the round, for rotating over cold data.</param>
internal sealed record Rival(string Name, Action<int> Run);

/// <summary>What a rival took: the median time of a call and the median of its per-round ratios to the first rival (above one: faster than the first).</summary>
internal sealed record RivalResult(string Name, double Seconds, double BestSeconds, double Ratio);

/// <summary>
/// Times rivals in alternating rounds in one process, so that whatever disturbs the machine disturbs all of them; the ratio is taken within a round and its median reported.
/// One thread is timed by the thread's processor time where the system offers it, which hides preemption; several threads by the wall clock.
/// </summary>
internal static partial class Rivals
{
    private const int ThreadProcessorTime = 3;

    public static IReadOnlyList<RivalResult> Measure(IReadOnlyList<Rival> rivals, int threads, int rounds, double secondsPerRound)
    {
        var repeats = rivals.Select(rival => Calibrate(rival, threads, secondsPerRound)).ToArray();
        var times = rivals.Select(_ => new double[rounds]).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < rivals.Count; i++)
            {
                var index = (i + round) % rivals.Count;
                times[index][round] = Time(rivals[index], threads, repeats[index], round) / repeats[index];
            }
        }
        return rivals.Select((rival, i) => new RivalResult(rival.Name, Median(times[i]), times[i].Min(), Median(times[0].Zip(times[i], (first, own) => first / own)))).ToArray();
    }

    private static int Calibrate(Rival rival, int threads, double seconds)
    {
        // Enough calls for the JIT to reach its last tier before anything counts.
        Time(rival, threads, 2, 0);
        var once = Time(rival, threads, 1, 1);
        var repeats = Math.Clamp((int)(seconds / Math.Max(once, 1e-7)), 1, 100000);
        for (var i = 0; i < Math.Min(40, 1 + (int)(0.3 / Math.Max(once, 1e-7))); i++)
            rival.Run(i);
        return repeats;
    }

    private static double Time(Rival rival, int threads, int repeats, int round)
    {
        // Threads of the rival before may still spin for work; let them fall asleep.
        if (threads > 1)
            Thread.Sleep(40);
        var start = Now(threads);
        for (var i = 0; i < repeats; i++)
            rival.Run(round * repeats + i);
        return Now(threads) - start;
    }

    private static double Now(int threads)
    {
        if (threads == 1 && OperatingSystem.IsLinux() && clock_gettime(ThreadProcessorTime, out var time) == 0)
            return time.Seconds + time.Nanoseconds * 1e-9;
        return Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private readonly struct TimeSpecification
    {
        public readonly long Seconds, Nanoseconds;
    }

    [LibraryImport("libc")]
    private static partial int clock_gettime(int clock, out TimeSpecification time);
}
