using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Sparseland.Trees.Keys;
using Sparseland.Trees.Octrees;

namespace Sparseland.Space.LightFields;

/// <summary>The occupied voxels of a scene and the rows of features at their corners, fine ones and, some levels above, coarse ones.</summary>
internal sealed class VoxelLattice
{
    private readonly int[] _coarseCells;
    private readonly Vector3[] _minimum;
    private readonly Vector3[] _inCoarse;

    /// <param name="codes">Morton codes of the occupied leaves, rising.</param>
    /// <param name="cube">The scene's cube.</param>
    /// <param name="options">Level and kind of the features.</param>
    public VoxelLattice(ulong[] codes, Cube cube, LightFieldOptions options)
    {
        Codes = codes;
        CellSize = cube.Size / (1 << options.Level);
        _minimum = new Vector3[codes.Length];
        _inCoarse = new Vector3[codes.Length];
        _coarseCells = new int[codes.Length];
        var centres = new Vector3[codes.Length];
        var mask = (1u << options.CoarseLevels) - 1;
        var coarse = new List<ulong>();
        for (var leaf = 0; leaf < codes.Length; leaf++)
        {
            var (x, y, z) = MortonCode3.Decode(codes[leaf]);
            _minimum[leaf] = cube.Minimum + CellSize * new Vector3(x, y, z);
            centres[leaf] = cube.Minimum + CellSize * (new Vector3(x, y, z) + new Vector3(0.5f));
            _inCoarse[leaf] = new Vector3(x & mask, y & mask, z & mask);
            var parent = codes[leaf] >> (3 * options.CoarseLevels);
            if (coarse.Count == 0 || coarse[^1] != parent)
                coarse.Add(parent);
            _coarseCells[leaf] = coarse.Count - 1;
        }
        // One point in the middle of every voxel: the tree's leaves then have the order of the codes.
        Tree = OctreeBuilder.FromPoints(centres, options.Level, cube);
        Fine = CornerTable.Of(codes, options.SharedCorners);
        Coarse = options.CoarseLevels > 0 ? CornerTable.Of([.. coarse], shared: true) : null;
        CoarseScale = 1f / (1 << options.CoarseLevels);
    }

    /// <summary>Morton codes of the voxels, rising; a voxel's number is its place here and its leaf in <see cref="Tree"/>.</summary>
    public ulong[] Codes { get; }

    public LinearOctree Tree { get; }

    /// <summary>The side of a voxel, in metres.</summary>
    public float CellSize { get; }

    public CornerTable Fine { get; }

    public CornerTable? Coarse { get; }

    /// <summary>A voxel's side in sides of a coarse cell.</summary>
    private float CoarseScale { get; }

    /// <summary>Where a point lies in a voxel, each coordinate in [0, 1].</summary>
    public Vector3 Local(int leaf, Vector3 point) => Vector3.Clamp((point - _minimum[leaf]) / CellSize, Vector3.Zero, Vector3.One);

    /// <summary>Where a place in a voxel lies in the coarse cell around it.</summary>
    public Vector3 LocalInCoarse(int leaf, Vector3 local) => (_inCoarse[leaf] + local) * CoarseScale;

    /// <summary>The eight rows of a voxel's corners.</summary>
    public ReadOnlySpan<int> FineCorners(int leaf) => Fine.Corners.AsSpan(8 * leaf, 8);

    /// <summary>The eight rows of the corners of the coarse cell around a voxel.</summary>
    public ReadOnlySpan<int> CoarseCorners(int leaf) => Coarse!.Corners.AsSpan(8 * _coarseCells[leaf], 8);

    /// <summary>The shares of the corners at a place in a cell (trilinear).</summary>
    public static void Weights(Vector3 local, Span<float> weights)
    {
        var other = Vector3.One - local;
        var (a, b, c, d) = (other.Y * other.Z, local.Y * other.Z, other.Y * local.Z, local.Y * local.Z);
        weights[0] = other.X * a;
        weights[1] = local.X * a;
        weights[2] = other.X * b;
        weights[3] = local.X * b;
        weights[4] = other.X * c;
        weights[5] = local.X * c;
        weights[6] = other.X * d;
        weights[7] = local.X * d;
    }

    /// <summary>The features at a place in a cell.</summary>
    /// <param name="corners">The rows of its corners.</param>
    /// <param name="local">The place.</param>
    /// <param name="features">The table.</param>
    /// <param name="destination">Gets them; as wide as the table, a multiple of four.</param>
    public static void Interpolate(ReadOnlySpan<int> corners, Vector3 local, float[] features, Span<float> destination)
    {
        Span<float> weights = stackalloc float[8];
        Weights(local, weights);
        ref var table = ref MemoryMarshal.GetArrayDataReference(features);
        for (var i = 0; i < destination.Length; i += 4)
        {
            var sum = Vector128<float>.Zero;
            for (var corner = 0; corner < 8; corner++)
                sum = Vector128.MultiplyAddEstimate(Vector128.LoadUnsafe(ref table, (nuint)(corners[corner] * destination.Length + i)), Vector128.Create(weights[corner]), sum);
            sum.CopyTo(destination[i..]);
        }
    }
}
