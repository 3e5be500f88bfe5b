using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sparseland.Space.Voxels;

/// <summary>Lowers a block's squared distances to those of a triangle. A row of eight voxels is one vector: lane x holds voxel x.</summary>
internal static unsafe class BlockDistances
{
    /// <summary>Voxels of a block.</summary>
    public const int Voxels = 512;

    /// <summary>Takes the lesser of each voxel's squared distance and that to a triangle; rows that the band does not reach are left out.</summary>
    /// <param name="triangle">The triangle, in voxels from the block's lowest one.</param>
    /// <param name="number">Its number.</param>
    /// <param name="reachSquared">The square of the band's half width.</param>
    /// <param name="squared">512 squared distances, 64 z + 8 y + x.</param>
    /// <param name="nearest">512 numbers of nearest triangles; null when they are not wanted.</param>
    public static void Lower(in BlockTriangle triangle, int number, float reachSquared, float* squared, int* nearest)
    {
        for (var z = 0; z < 8; z++)
        {
            var dz = Math.Max(0, Math.Max(triangle.Lower.Z - z, z - triangle.Upper.Z));
            for (var y = 0; y < 8; y++)
            {
                var dy = Math.Max(0, Math.Max(triangle.Lower.Y - y, y - triangle.Upper.Y));
                if (dy * dy + dz * dz >= reachSquared)
                    continue;
                var row = 64 * z + 8 * y;
                if (Vector256.IsHardwareAccelerated)
                    LowerRow(triangle, y, z, number, squared + row, nearest is null ? null : nearest + row);
                else
                    LowerRowScalar(triangle, y, z, number, squared + row, nearest is null ? null : nearest + row);
            }
        }
    }

    /// <summary>A row, voxel by voxel.</summary>
    public static void LowerRowScalar(in BlockTriangle triangle, int y, int z, int number, float* squared, int* nearest)
    {
        for (var x = 0; x < 8; x++)
        {
            var distance = triangle.DistanceSquared(new(x, y, z));
            if (!(distance < squared[x]))
                continue;
            squared[x] = distance;
            if (nearest is not null)
                nearest[x] = number;
        }
    }

    /// <summary>A row at once.</summary>
    public static void LowerRow(in BlockTriangle triangle, int y, int z, int number, float* squared, int* nearest)
    {
        var x = Vector256.Create(0f, 1, 2, 3, 4, 5, 6, 7);
        var sides = Vector256.Min(
            Side(triangle.AlongA, triangle.A, triangle.SideA, x, y, z), Vector256.Min(Side(triangle.AlongB, triangle.B, triangle.SideB, x, y, z), Side(triangle.AlongC, triangle.C, triangle.SideC, x, y, z)));
        var outside = Vector256.Max(Form(triangle.OutsideA, x, y, z), Vector256.Max(Form(triangle.OutsideB, x, y, z), Form(triangle.OutsideC, x, y, z)));
        var height = Form(triangle.Height, x, y, z);
        var distance = Vector256.ConditionalSelect(Vector256.LessThanOrEqual(outside, Vector256<float>.Zero), height * height, sides);
        var before = Vector256.Load(squared);
        if (nearest is not null)
        {
            var nearer = Vector256.LessThan(distance, before).AsInt32();
            Vector256.ConditionalSelect(nearer, Vector256.Create(number), Vector256.Load(nearest)).Store(nearest);
        }
        Vector256.Min(before, distance).Store(squared);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Form(Vector4 form, Vector256<float> x, float y, float z) =>
        Vector256.FusedMultiplyAdd(Vector256.Create(form.X), x, Vector256.Create(form.Y * y + form.Z * z + form.W));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Side(Vector4 along, Vector3 corner, Vector3 side, Vector256<float> x, float y, float z)
    {
        var share = Vector256.Min(Vector256.Max(Form(along, x, y, z), Vector256<float>.Zero), Vector256<float>.One);
        var dx = Vector256.FusedMultiplyAdd(share, Vector256.Create(-side.X), x - Vector256.Create(corner.X));
        var dy = Vector256.FusedMultiplyAdd(share, Vector256.Create(-side.Y), Vector256.Create(y - corner.Y));
        var dz = Vector256.FusedMultiplyAdd(share, Vector256.Create(-side.Z), Vector256.Create(z - corner.Z));
        return Vector256.FusedMultiplyAdd(dx, dx, Vector256.FusedMultiplyAdd(dy, dy, dz * dz));
    }
}
