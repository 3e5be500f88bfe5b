using System.Numerics;
using Sparseland.Threads;
using Sparseland.Trees.Voxels;

namespace Sparseland.Space.Surfaces;

/// <summary>
/// What a surface crosses: for each cell which of its corners are inside, for each block which of the lattice's edges that begin in it. Edges are numbered block by block, those along x first, then y, then z,
/// so that a number is a count of bits and no table is searched.
/// </summary>
internal sealed class SurfaceCells
{
    /// <summary>Words of bits for the edges of a block: 8 for each axis, word z, bit 8 y + x.</summary>
    public const int EdgeWords = 24;

    private readonly ulong[] _edges;
    private readonly byte[] _cases;
    private readonly int[] _edgeCounts;

    /// <param name="samples">The samples.</param>
    /// <param name="level">What is below is inside.</param>
    public SurfaceCells(SurfaceSamples samples, float level)
    {
        (Samples, Level, Blocks) = (samples, level, samples.Keys.Length);
        (_edges, _cases, _edgeCounts) = (new ulong[(long)Blocks * EdgeWords], new byte[(long)Blocks * SurfaceSamples.Cells], new int[Blocks]);
        WorkerPool.Run(Blocks, new Classify(this));
        FirstEdge = new int[Blocks + 1];
        for (var block = 0; block < Blocks; block++)
            FirstEdge[block + 1] = checked(FirstEdge[block] + _edgeCounts[block]);
    }

    public SurfaceSamples Samples { get; }

    public float Level { get; }

    /// <summary>How many blocks there are.</summary>
    public int Blocks { get; }

    /// <summary>The number of each block's first edge, and behind the last the number of all.</summary>
    public int[] FirstEdge { get; }

    /// <summary>How many edges are crossed.</summary>
    public int EdgeCount => FirstEdge[Blocks];

    /// <summary>The cases of a block's cells, 64 z + 8 y + x; zero outside the box.</summary>
    public ReadOnlySpan<byte> Cases(int block) => _cases.AsSpan(block * SurfaceSamples.Cells, SurfaceSamples.Cells);

    /// <summary>The bits of a block's crossed edges.</summary>
    public ReadOnlySpan<ulong> Edges(int block) => _edges.AsSpan(block * EdgeWords, EdgeWords);

    /// <summary>The crossings of all edges, in metres, by linear interpolation: where the value is the level.</summary>
    public Vector3[] Crossings()
    {
        var points = new Vector3[EdgeCount];
        WorkerPool.Run(Blocks, new Interpolate(this, points));
        return points;
    }

    private readonly struct Classify(SurfaceCells cells) : IParallelWork
    {
        public void Run(int part)
        {
            const int side = SurfaceSamples.WindowSide;
            Span<float> window = stackalloc float[SurfaceSamples.WindowSamples];
            Span<int> rows = stackalloc int[side * side];
            cells.Samples.Read(part, window);
            for (var row = 0; row < rows.Length; row++)
            {
                var bits = 0;
                for (var x = 0; x < side; x++)
                    bits |= window[row * side + x] < cells.Level ? 1 << x : 0;
                rows[row] = bits;
            }
            if (!rows.ContainsAnyExcept(0) || !rows.ContainsAnyExcept((1 << side) - 1))
                return;
            cells._edgeCounts[part] = MarkEdges(rows, cells._edges.AsSpan(part * EdgeWords, EdgeWords));
            MarkCells(rows, cells.Samples.Lowest(part), cells._cases.AsSpan(part * SurfaceSamples.Cells, SurfaceSamples.Cells));
        }

        private static int MarkEdges(ReadOnlySpan<int> rows, Span<ulong> edges)
        {
            var count = 0;
            for (var z = 0; z < 8; z++)
            {
                for (var y = 0; y < 8; y++)
                {
                    var row = rows[9 * z + y];
                    edges[z] |= (ulong)((row ^ (row >> 1)) & 0xFF) << (8 * y);
                    edges[8 + z] |= (ulong)((row ^ rows[9 * z + y + 1]) & 0xFF) << (8 * y);
                    edges[16 + z] |= (ulong)((row ^ rows[9 * z + 9 + y]) & 0xFF) << (8 * y);
                }
            }
            foreach (var word in edges)
                count += BitOperations.PopCount(word);
            return count;
        }

        private void MarkCells(ReadOnlySpan<int> rows, VoxelCoordinate lowest, Span<byte> cases)
        {
            var (first, last) = (cells.Samples.FirstCell, cells.Samples.LastCell);
            for (var cell = 0; cell < cases.Length; cell++)
            {
                var (x, y, z) = (cell & 7, (cell >> 3) & 7, cell >> 6);
                var (cx, cy, cz) = (lowest.X + x, lowest.Y + y, lowest.Z + z);
                if (cx < first.X || cy < first.Y || cz < first.Z || cx > last.X || cy > last.Y || cz > last.Z)
                    continue;
                var row = 9 * z + y;
                cases[cell] = (byte)(((rows[row] >> x) & 3) | (((rows[row + 1] >> x) & 3) << 2) | (((rows[row + 9] >> x) & 3) << 4) | (((rows[row + 10] >> x) & 3) << 6));
            }
        }
    }

    private readonly struct Interpolate(SurfaceCells cells, Vector3[] points) : IParallelWork
    {
        // Crossings keep this far from the samples, in spacings: no two edges meet in one point, and no triangle is without area for that.
        private const float Margin = 1e-3f;

        public void Run(int part)
        {
            if (cells.FirstEdge[part] == cells.FirstEdge[part + 1])
                return;
            Span<float> window = stackalloc float[SurfaceSamples.WindowSamples];
            cells.Samples.Read(part, window);
            foreach (var edge in new BlockEdges(cells, part))
            {
                var (from, to) = (window[edge.Sample], window[edge.UpperSample]);
                var share = Math.Clamp((cells.Level - from) / (to - from), Margin, 1 - Margin);
                points[edge.Number] = cells.Samples.Frame.PointAt(Vector3.Lerp(edge.Lower, edge.Upper, share));
            }
        }
    }
}
