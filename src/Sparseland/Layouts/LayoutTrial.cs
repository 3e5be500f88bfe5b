using Sparseland.Chance;
using Sparseland.Kernels;
using Sparseland.Tensors;

namespace Sparseland.Layouts;

/// <summary>
/// Finds the layout in which packed matrices run fastest by multiplying them by a vector: as stored, expanded to dense storage of the same value type, as bitmap and as CSR.
/// Its answer depends on the machine and the moment, so it serves decoding and benchmarks alone; whatever writes files uses <see cref="KernelDispatcher"/>'s fixed table.
/// </summary>
public static class LayoutTrial
{
    // What is read in turn is more than a cache holds, as in a large model.
    private const long ColdBytes = KernelDispatcher.CacheBytes * 3 / 2;
    private const int MostCopies = 64;

    private const int Rounds = 9;
    private const int WarmUpCalls = 40;

    // A timing shorter than this drowns in the clock's own steps.
    private static readonly TimeSpan s_leastTiming = TimeSpan.FromMicroseconds(150);

    // Layouts that the fixed table calls this much slower than the best are not tried.
    private const double WorthTrying = 2;

    /// <summary>Times the candidates in alternating rounds and takes the one with the fastest round; what is stored stays unless another is at least 5 % faster.</summary>
    /// <param name="alike">Matrices of the same shape, layout and value type and of about the same density, such as one projection of every block.</param>
    /// <param name="clock">The time source.</param>
    /// <param name="workingSetBytes">Bytes of all weights that are read in turn (a whole model): above the cache the candidates are read from memory, too.</param>
    /// <param name="cancellation">Heeded between rounds.</param>
    /// <returns>The choice; its bytes are those of the first matrix, its speed-up the time of dense storage over the choice's, never below 1 by more than the 5 %.</returns>
    /// <exception cref="ArgumentException">There is no matrix, or they differ in shape, layout or value type.</exception>
    public static LayoutDecision Choose(IReadOnlyList<MatrixLayout> alike, TimeProvider clock, long workingSetBytes = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(alike);
        ArgumentNullException.ThrowIfNull(clock);
        if (alike.Count == 0 || alike.Any(matrix => matrix.Name != alike[0].Name || matrix.Element != alike[0].Element || matrix.Rows != alike[0].Rows || matrix.Columns != alike[0].Columns))
            throw new ArgumentException("a trial needs matrices of one shape, layout and value type", nameof(alike));
        var stored = alike[0];
        if (stored is not SparseMatrix)
            return KernelDispatcher.ChooseRunning(stored, 1);
        var workingSet = Math.Max(workingSetBytes, stored.ByteCount);
        var cached = workingSet <= KernelDispatcher.CacheBytes;
        var copies = (int)Math.Clamp(Math.Min(workingSet, ColdBytes) / Math.Max(1, stored.ByteCount), 1, MostCopies);
        var rivals = Candidates(stored, cached).Select(name => new Rival(alike, name, copies)).ToArray();
        var (x, y) = (new Tensor<float>(new Shape(stored.Columns)), new Tensor<float>(new Shape(stored.Rows)));
        new RandomStream(1, "layout trial").FillNormal(x.Span);
        foreach (var rival in rivals)
            rival.WarmUp(x, y, clock);
        for (var round = 0; round < Rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var i = 0; i < rivals.Length; i++)
                rivals[(i + round) % rivals.Length].Time(x, y, clock);
        }
        return Decide(stored, rivals, cached);
    }

    // What is stored, dense storage, and whatever else the fixed table does not rule out.
    private static IEnumerable<string> Candidates(MatrixLayout stored, bool cached)
    {
        double Expected(string name) => KernelCosts.Find(name, stored.Element, KernelOperation.Vector, cached).Of(name == "dense" ? 1 : 1 - stored.Sparsity);
        string[] others = [.. new[] { CsrMatrix.LayoutName, BitmapMatrix.LayoutName }.Where(name => name != stored.Name && LayoutRegistry.Find(name).Elements.Contains(stored.Element))];
        var best = Math.Min(Expected("dense"), Expected(stored.Name));
        return [stored.Name, "dense", .. others.Where(name => Expected(name) < WorthTrying * best)];
    }

    private static LayoutDecision Decide(MatrixLayout stored, Rival[] rivals, bool cached)
    {
        var (own, dense) = (rivals[0], rivals[1]);
        var best = rivals.MinBy(rival => rival.Nanoseconds)!;
        if (best.Nanoseconds * KernelDispatcher.WorthConverting >= own.Nanoseconds)
            best = own;
        var weights = (double)stored.Rows * stored.Columns;
        var reason = KernelDispatcher.Explain(stored, best.Name, dense.Nanoseconds / weights, own.Nanoseconds / weights, best.Nanoseconds / weights, cached, "timed here");
        return new LayoutDecision(best.Name, stored.Element, best.ByteCount, dense.Nanoseconds / best.Nanoseconds, reason);
    }

    // One layout, in as many copies as the model has bytes for: they are then read from where the model would be, the second-level cache or memory.
    private sealed class Rival
    {
        private readonly MatrixLayout[] _copies;
        private int _passes = 1;

        public Rival(IReadOnlyList<MatrixLayout> alike, string name, int copies)
        {
            Name = name;
            var first = MatrixLayoutFactory.Convert(alike[0], name, alike[0].Element);
            ByteCount = first.ByteCount;
            _copies = new MatrixLayout[copies];
            _copies[0] = first;
            for (var i = 1; i < _copies.Length; i++)
                _copies[i] = i < alike.Count && name == alike[i].Name ? alike[i] : MatrixLayoutFactory.Copy(first);
        }

        public string Name { get; }

        public long ByteCount { get; }

        /// <summary>Of one product, in the fastest round.</summary>
        public double Nanoseconds { get; private set; } = double.MaxValue;

        public void WarmUp(Tensor<float> x, Tensor<float> y, TimeProvider clock)
        {
            for (var call = 0; call < WarmUpCalls; call++)
                _copies[call % _copies.Length].Multiply(x.Span, y.Span);
            var pass = Pass(x, y, clock);
            _passes = (int)Math.Clamp(s_leastTiming / TimeSpan.FromTicks(Math.Max(1, pass.Ticks)), 1, 1000);
        }

        public void Time(Tensor<float> x, Tensor<float> y, TimeProvider clock) =>
            Nanoseconds = Math.Min(Nanoseconds, Pass(x, y, clock).TotalNanoseconds / ((double)_passes * _copies.Length));

        private TimeSpan Pass(Tensor<float> x, Tensor<float> y, TimeProvider clock)
        {
            var start = clock.GetTimestamp();
            for (var pass = 0; pass < _passes; pass++)
                foreach (var copy in _copies)
                    copy.Multiply(x.Span, y.Span);
            return clock.GetElapsedTime(start);
        }
    }
}
