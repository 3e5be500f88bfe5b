using System.Numerics;
using Sparseland.Threads;
using Sparseland.Trees.Keys;

namespace Sparseland.Space.Surfaces.DualMesh;

/// <summary>
/// The samples of all leaves, each lattice point once (steps 2 and 3): neighbours share corners, edges and faces, and what was asked for at centroids is not asked for again.
/// The authors keep dense arrays of the whole lattice; here the codes of all patterns are sorted, which takes memory by leaves.
/// </summary>
internal sealed class LeafSamples
{
    /// <summary>For each leaf the rows of its 27 samples.</summary>
    public required int[] Rows { get; init; }

    public required Vector3[] Points { get; init; }

    public required float[] Distances { get; init; }

    public required Vector3[] Gradients { get; init; }

    /// <summary>Whether a sample's tangent plane may be used: far enough from the surface, with a projection that lies on it.</summary>
    public required bool[] Usable { get; init; }

    /// <summary>Samples that had to be asked for.</summary>
    public int Asked { get; private init; }

    /// <summary>Projections that were asked for.</summary>
    public int Projected { get; private set; }

    public static LeafSamples Collect(CellLattice lattice, LeafSearch search, FieldQueries queries)
    {
        var patterns = CellLattice.SamplesPerLeaf * search.Leaves.Length;
        var codes = new ulong[patterns + search.CentroidCodes.Length];
        Patterns(search.Leaves, codes);
        search.CentroidCodes.CopyTo(codes, patterns);
        var order = new int[codes.Length];
        RadixSort.Sort(codes, order, lattice.SampleBits);

        var (rows, distinct, sources) = (new int[patterns], new ulong[patterns], new int[patterns]);
        var count = Number(codes, order, rows, distinct, sources);
        var (points, distances, gradients) = (new Vector3[count], new float[count], new Vector3[count]);
        var unknown = new List<int>(count);
        for (var i = 0; i < count; i++)
        {
            points[i] = lattice.Sample(distinct[i]);
            if (sources[i] < 0)
                unknown.Add(i);
            else
                (distances[i], gradients[i]) = (search.CentroidDistances[sources[i]], search.CentroidGradients[sources[i]]);
        }
        var (asked, answers, directions) = (new Vector3[unknown.Count], new float[unknown.Count], new Vector3[unknown.Count]);
        for (var i = 0; i < asked.Length; i++)
            asked[i] = points[unknown[i]];
        queries.DistancesAndGradients("sampling", asked, answers, directions);
        for (var i = 0; i < asked.Length; i++)
            (distances[unknown[i]], gradients[unknown[i]]) = (answers[i], directions[i]);
        return new LeafSamples { Rows = rows, Points = points, Distances = distances, Gradients = gradients, Usable = new bool[count], Asked = asked.Length };
    }

    /// <summary>Decides which samples are usable. The projections of samples too near to the surface are not asked for: nothing would use them.</summary>
    /// <param name="queries">The field.</param>
    /// <param name="epsilon">Least distance of a sample, greatest distance of its projection; below 0 every sample that has a direction is usable.</param>
    public void Filter(FieldQueries queries, double epsilon)
    {
        var (far, projections) = (new List<int>(Points.Length), new List<Vector3>(Points.Length));
        for (var i = 0; i < Points.Length; i++)
        {
            if (!(Distances[i] > epsilon) || Gradients[i] == Vector3.Zero)
                continue;
            Usable[i] = true;
            if (epsilon < 0)
                continue;
            far.Add(i);
            projections.Add(Points[i] - Distances[i] * Gradients[i]);
        }
        var left = new float[far.Count];
        queries.Distances("projecting", projections.ToArray(), left);
        for (var i = 0; i < left.Length; i++)
            Usable[far[i]] = left[i] < epsilon;
        Projected = left.Length;
    }

    private static unsafe void Patterns(ulong[] leaves, ulong[] codes)
    {
        const int chunk = 1024;
        fixed (ulong* leaf = leaves, code = codes)
            WorkerPool.Run((leaves.Length + chunk - 1) / chunk, new PatternWork(leaf, code, leaves.Length, chunk));
    }

    private readonly unsafe struct PatternWork(ulong* leaves, ulong* codes, int count, int chunk) : IParallelWork
    {
        public void Run(int part)
        {
            for (var leaf = part * chunk; leaf < Math.Min(count, (part + 1) * chunk); leaf++)
            {
                var (x, y, z) = MortonCode3.Decode(leaves[leaf]);
                for (var i = 0; i < CellLattice.SamplesPerLeaf; i++)
                    codes[leaf * CellLattice.SamplesPerLeaf + i] = CellLattice.SampleOf(x, y, z, i);
            }
        }
    }

    // Equal codes stand together, those of leaves before a centroid's, because the sort is stable.
    private static int Number(ulong[] codes, int[] order, int[] rows, ulong[] distinct, int[] sources)
    {
        var count = 0;
        for (var start = 0; start < codes.Length;)
        {
            var end = start;
            var source = -1;
            for (; end < codes.Length && codes[end] == codes[start]; end++)
            {
                if (order[end] < rows.Length)
                    rows[order[end]] = count;
                else
                    source = order[end] - rows.Length;
            }
            if (order[start] < rows.Length)
                (distinct[count], sources[count++]) = (codes[start], source);
            start = end;
        }
        return count;
    }
}
