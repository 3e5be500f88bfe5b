using Sparseland.Threads;

namespace Sparseland.Tests.Threads;

public class WorkerPoolTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Every_part_runs_exactly_once(int parts)
    {
        for (var repeat = 0; repeat < 200; repeat++)
        {
            var counts = new int[parts];
            WorkerPool.Run(parts, new Count(counts));
            Assert.All(counts, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void Nested_and_concurrent_calls_finish()
    {
        var total = 0;
        var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                var counts = new int[64];
                WorkerPool.Run(8, new Nested(counts));
                Interlocked.Add(ref total, counts.Sum());
            }
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        Assert.Equal(4 * 100 * 64, total);
    }

    private readonly struct Count(int[] counts) : IParallelWork
    {
        public void Run(int part) => Interlocked.Increment(ref counts[part]);
    }

    private readonly struct Nested(int[] counts) : IParallelWork
    {
        public void Run(int part) => WorkerPool.Run(8, new Inner(counts, part));
    }

    private readonly struct Inner(int[] counts, int outer) : IParallelWork
    {
        public void Run(int part) => Interlocked.Increment(ref counts[outer * 8 + part]);
    }
}
