using System.Runtime.CompilerServices;

namespace Sparseland.Threads;

/// <summary>A piece of work that is cut into parts; part numbers, not threads, decide what is computed, so the result is the same for any thread count.</summary>
public interface IParallelWork
{
    /// <summary>Does one part. Parts run in any order, on any thread, at most once each. Must not throw.</summary>
    void Run(int part);
}

/// <summary>
/// A small pool for kernels: no allocation per call, workers spin for a bounded time before they sleep, nested and concurrent calls run in the caller.
/// Parts are handed out one by one, so cut work into parts of similar cost (a few per thread).
/// </summary>
public static unsafe class WorkerPool
{
    private const int SpinRounds = 2000;

    private static readonly Lock Gate = new();
    private static readonly SemaphoreSlim Wake = new(0);
    private static int s_threadCount = DefaultThreadCount();
    private static int s_started;
    private static int s_sleeping;
    private static long s_ticket;
    private static delegate*<void*, int, void> s_run;
    private static void* s_context;
    private static int s_parts;
    private static int s_next;
    private static int s_active;
    [ThreadStatic] private static bool t_inside;

    /// <summary>How many threads kernels use, the caller's included. At least 1; the default is the number of processors.</summary>
    public static int ThreadCount
    {
        get => s_threadCount;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            lock (Gate)
                s_threadCount = value;
        }
    }

    /// <summary>Runs every part of the work and returns when all are done.</summary>
    /// <param name="parts">How many parts there are.</param>
    /// <param name="work">The work; a struct, so that the call is direct and nothing is allocated.</param>
    public static void Run<TWork>(int parts, TWork work) where TWork : struct, IParallelWork
    {
        if (parts <= 1 || s_threadCount == 1 || t_inside || !Gate.TryEnter())
        {
            for (var part = 0; part < parts; part++)
                work.Run(part);
            return;
        }
        try
        {
            t_inside = true;
            // The struct lives on this stack frame until every part is done, so its address stays valid for the workers.
            RunShared(parts, &Invoke<TWork>, Unsafe.AsPointer(ref work));
        }
        finally
        {
            t_inside = false;
            Gate.Exit();
        }
    }

    private static void Invoke<TWork>(void* context, int part) where TWork : struct, IParallelWork => Unsafe.AsRef<TWork>(context).Run(part);

    private static void RunShared(int parts, delegate*<void*, int, void> run, void* context)
    {
        EnsureWorkers(s_threadCount - 1);
        s_run = run;
        s_context = context;
        s_parts = parts;
        Volatile.Write(ref s_next, 0);
        Interlocked.Increment(ref s_ticket);
        var sleeping = Volatile.Read(ref s_sleeping);
        if (sleeping > 0)
            Wake.Release(Math.Min(sleeping, Math.Min(parts, s_threadCount) - 1));
        TakeParts();
        // Parts are all handed out; wait for those still running. Closing the counter first keeps late workers out.
        Volatile.Write(ref s_next, int.MaxValue / 2);
        var spin = new SpinWait();
        while (Volatile.Read(ref s_active) > 0)
            spin.SpinOnce(sleep1Threshold: -1);
    }

    private static void TakeParts()
    {
        while (true)
        {
            var part = Interlocked.Increment(ref s_next) - 1;
            if (part >= s_parts)
                return;
            s_run(s_context, part);
        }
    }

    private static void Work(object? indexObject)
    {
        var index = (int)indexObject!;
        t_inside = true;
        var seen = 0L;
        while (true)
        {
            var rounds = 0;
            while (Volatile.Read(ref s_ticket) == seen)
            {
                if (++rounds < SpinRounds)
                {
                    Thread.SpinWait(20);
                    continue;
                }
                Interlocked.Increment(ref s_sleeping);
                if (Volatile.Read(ref s_ticket) == seen)
                    Wake.Wait(50);
                Interlocked.Decrement(ref s_sleeping);
                rounds = SpinRounds - 1;
            }
            seen = Volatile.Read(ref s_ticket);
            if (index >= s_threadCount - 1)
                continue;
            Interlocked.Increment(ref s_active);
            TakeParts();
            Interlocked.Decrement(ref s_active);
        }
    }

    private static void EnsureWorkers(int count)
    {
        while (s_started < count)
            new Thread(Work) { IsBackground = true, Name = $"sparseland kernel {s_started + 1}" }.Start(s_started++);
    }

    private static int DefaultThreadCount() =>
        int.TryParse(Environment.GetEnvironmentVariable("SPARSELAND_THREADS"), out var count) && count > 0 ? count : Environment.ProcessorCount;
}
