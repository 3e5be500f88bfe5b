using System.Numerics;
using Sparseland.Space.Meshes;
using Sparseland.Space.Rays;
using Sparseland.Trees.Voxels;

namespace Sparseland.Space.Voxels;

/// <summary>Blocks that are made in parallel and then put into grids one after the other.</summary>
internal sealed unsafe class BlockBatch(int blocks, bool coloured)
{
    private const int Words = 8;
    private readonly float[] _values = new float[blocks * BlockDistances.Voxels];
    private readonly ulong[] _active = new ulong[blocks * Words];
    private readonly int[] _colours = coloured ? new int[blocks * BlockDistances.Voxels] : [];

    /// <summary>Takes over a block's squared distances in voxels; those below the reach's square are active.</summary>
    public void Store(int block, float* squared, float reachSquared, float spacing)
    {
        var values = _values.AsSpan(block * BlockDistances.Voxels, BlockDistances.Voxels);
        var source = new ReadOnlySpan<float>(squared, BlockDistances.Voxels);
        for (var word = 0; word < Words; word++)
        {
            var bits = 0UL;
            for (var i = 0; i < 64; i++)
                bits |= source[64 * word + i] < reachSquared ? 1UL << i : 0;
            _active[block * Words + word] = bits;
        }
        TensorPrimitives.Sqrt(source, values);
        TensorPrimitives.Multiply(values, spacing, values);
    }

    /// <summary>Makes the values of voxels inside negative.</summary>
    /// <param name="block">The block.</param>
    /// <param name="crossings">What says which are.</param>
    /// <param name="lowest">The block's lowest voxel, counted as the rows are.</param>
    public void Negate(int block, RowCrossings crossings, (int X, int Y, int Z) lowest)
    {
        var values = _values.AsSpan(block * BlockDistances.Voxels, BlockDistances.Voxels);
        for (var row = 0; row < 64; row++)
        {
            for (var inside = crossings.Inside(lowest.X, lowest.Y + (row & 7), lowest.Z + (row >> 3)); inside != 0; inside &= inside - 1)
                values[8 * row + BitOperations.TrailingZeroCount(inside)] *= -1;
        }
    }

    /// <summary>Gives active voxels the colour of the nearest point of their nearest triangle.</summary>
    public void Paint(int block, TriangleMesh mesh, LatticeMesh lattice, Vector3 lowest, int* nearest)
    {
        for (var word = 0; word < Words; word++)
        {
            for (var bits = _active[block * Words + word]; bits != 0; bits &= bits - 1)
            {
                var voxel = 64 * word + BitOperations.TrailingZeroCount(bits);
                var triangle = nearest[voxel];
                var (a, b, c) = lattice.Corners(triangle);
                TriangleDistance.Nearest(lowest + new Vector3(voxel & 7, (voxel >> 3) & 7, voxel >> 6), a, b, c, out _, out var u, out var v);
                _colours[block * BlockDistances.Voxels + voxel] = VoxelColours.Pack(MeshPaint.At(mesh, triangle, u, v));
            }
        }
    }

    /// <summary>Puts a block into the grids, if any voxel is active or inside.</summary>
    public void Put(int block, VoxelCoordinate lowest, VoxelGrid<float> distances, VoxelGrid<int>? colours)
    {
        var values = _values.AsSpan(block * BlockDistances.Voxels, BlockDistances.Voxels);
        var active = _active.AsSpan(block * Words, Words);
        if (active.ContainsAnyExcept(0UL))
        {
            distances.WriteBlock(lowest, values, active);
            colours?.WriteBlock(lowest, _colours.AsSpan(block * BlockDistances.Voxels, BlockDistances.Voxels), active);
        }
        else if (values[0] < 0)
            distances.WriteBlock(lowest, values[0], active: false);
    }
}
