using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Space.Rays;

/// <summary>Eight rays of about the same origin and direction, a lane each: what boxes and triangles ask of them, and their best hits so far. Lives on the stack.</summary>
internal unsafe struct RayPacket
{
    // By axes: for boxes x, y, z; for triangles the sheared ones.
    public Vector256<float> InverseX, InverseY, InverseZ;
    public Vector256<float> NearX, NearY, NearZ;
    public Vector256<float> FarX, FarY, FarZ;
    public Vector256<float> OriginX, OriginY, OriginZ;
    public Vector256<float> ShearX, ShearY, ShearZ;
    public Vector256<float> Minimum;
    public Vector256<float> Distance;
    public Vector256<float> ShareB, ShareC, Determinant;
    public Vector256<int> Triangle;

    /// <summary>Places the rays in their lanes.</summary>
    public void Set(RaySetup* setups, Ray* rays)
    {
        var floats = (float*)Unsafe.AsPointer(ref this);
        for (var lane = 0; lane < BvhLayout.Width; lane++)
        {
            ref readonly var setup = ref setups[lane];
            Put(floats, 0, lane, setup.Inverse);
            Put(floats, 3, lane, setup.Near);
            Put(floats, 6, lane, setup.Far);
            Put(floats, 9, lane, new(setup.Origin[setup.AxisX], setup.Origin[setup.AxisY], setup.Origin[setup.AxisZ]));
            Put(floats, 12, lane, new(setup.ShearX, setup.ShearY, setup.ShearZ));
            floats[15 * BvhLayout.Width + lane] = rays[lane].Minimum;
            floats[16 * BvhLayout.Width + lane] = MathF.Min(rays[lane].Maximum, float.MaxValue);
        }
        Triangle = Vector256.Create(int.MaxValue);
    }

    /// <summary>A bit for each ray that meets a box.</summary>
    /// <param name="box">A child's place in the first row of its node.</param>
    /// <param name="rowX">0, or 8 when the rays go down the axis.</param>
    /// <param name="rowY">The same for y.</param>
    /// <param name="rowZ">The same for z.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint Meet(float* box, nuint rowX, nuint rowY, nuint rowZ)
    {
        const int axis = 2 * BvhLayout.Width;
        var near = Avx.Max(Minimum, Avx.Max(
            Avx.Max(Fma.MultiplyAdd(Vector256.Create(box[rowX]), InverseX, NearX), Fma.MultiplyAdd(Vector256.Create(box[axis + rowY]), InverseY, NearY)),
            Fma.MultiplyAdd(Vector256.Create(box[2 * axis + rowZ]), InverseZ, NearZ)));
        var far = Avx.Min(
            Avx.Min(Fma.MultiplyAdd(Vector256.Create(box[rowX ^ BvhLayout.Width]), InverseX, FarX), Fma.MultiplyAdd(Vector256.Create(box[axis + (rowY ^ BvhLayout.Width)]), InverseY, FarY)),
            Avx.Min(Fma.MultiplyAdd(Vector256.Create(box[2 * axis + (rowZ ^ BvhLayout.Width)]), InverseZ, FarZ), Distance));
        return (uint)Avx.MoveMask(Avx.CompareLessThanOrEqual(near, far));
    }

    /// <summary>Tests one triangle as <see cref="RayTriangle"/> does for one ray, and keeps what is better.</summary>
    /// <param name="corner">The triangle's place in the block's first row.</param>
    /// <param name="rowX">Where the coordinates of the first sheared axis begin.</param>
    /// <param name="rowY">Of the second.</param>
    /// <param name="rowZ">Of the axis of the rays.</param>
    /// <param name="number">The triangle's number.</param>
    /// <returns>A bit for each ray that meets an edge to within rounding: to be tested one by one.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Test(float* corner, nuint rowX, nuint rowY, nuint rowZ, int number)
    {
        const int next = 3 * BvhLayout.Width;
        var az = Vector256.Create(corner[rowZ]) - OriginZ;
        var bz = Vector256.Create(corner[rowZ + next]) - OriginZ;
        var cz = Vector256.Create(corner[rowZ + 2 * next]) - OriginZ;
        var ax = Vector256.Create(corner[rowX]) - OriginX - ShearX * az;
        var ay = Vector256.Create(corner[rowY]) - OriginY - ShearY * az;
        var bx = Vector256.Create(corner[rowX + next]) - OriginX - ShearX * bz;
        var by = Vector256.Create(corner[rowY + next]) - OriginY - ShearY * bz;
        var cx = Vector256.Create(corner[rowX + 2 * next]) - OriginX - ShearX * cz;
        var cy = Vector256.Create(corner[rowY + 2 * next]) - OriginY - ShearY * cz;
        var u = cx * by - cy * bx;
        var v = ax * cy - ay * cx;
        var w = bx * ay - by * ax;
        var zero = Vector256<float>.Zero;
        var (lowest, highest) = (Avx.Min(Avx.Min(u, v), w), Avx.Max(Avx.Max(u, v), w));
        var outside = Avx.And(Avx.CompareLessThan(lowest, zero), Avx.CompareGreaterThan(highest, zero));
        if (Avx.MoveMask(outside) == 0xFF)
            return 0;
        var onEdge = Avx.Or(Avx.CompareEqual(lowest, zero), Avx.CompareEqual(highest, zero));
        var determinant = u + v + w;
        var distance = (u * az + v * bz + w * cz) / determinant * ShearZ;
        var isNearer = Avx.Or(Avx.CompareLessThan(distance, Distance), Avx.And(Avx.CompareEqual(distance, Distance), Avx2.CompareGreaterThan(Triangle, Vector256.Create(number)).AsSingle()));
        var better = Avx.AndNot(Avx.Or(outside, onEdge), Avx.And(Avx.CompareGreaterThanOrEqual(distance, Minimum), isNearer));
        if (Avx.MoveMask(better) != 0)
        {
            Distance = Avx.BlendVariable(Distance, distance, better);
            (ShareB, ShareC) = (Avx.BlendVariable(ShareB, v, better), Avx.BlendVariable(ShareC, w, better));
            Determinant = Avx.BlendVariable(Determinant, determinant, better);
            Triangle = Avx.BlendVariable(Triangle.AsSingle(), Vector256.Create(number).AsSingle(), better).AsInt32();
        }
        return (uint)Avx.MoveMask(Avx.AndNot(outside, onEdge));
    }

    /// <summary>A ray's best hit so far, to be improved one by one.</summary>
    public readonly BestHit Best(int lane) => new(Distance[lane], Triangle[lane], ShareB[lane], ShareC[lane], Determinant[lane]);

    /// <summary>Puts a ray's best hit back.</summary>
    public void Put(int lane, in BestHit best)
    {
        Distance = Distance.WithElement(lane, best.Distance);
        Triangle = Triangle.WithElement(lane, best.Triangle);
        (ShareB, ShareC, Determinant) = (ShareB.WithElement(lane, best.ShareB), ShareC.WithElement(lane, best.ShareC), Determinant.WithElement(lane, best.Determinant));
    }

    /// <summary>The hits.</summary>
    public readonly void Finish(RayHit* hits)
    {
        for (var lane = 0; lane < BvhLayout.Width; lane++)
            hits[lane] = Best(lane).Hit();
    }

    private static void Put(float* floats, int row, int lane, Vector3 value)
    {
        floats[row * BvhLayout.Width + lane] = value.X;
        floats[(row + 1) * BvhLayout.Width + lane] = value.Y;
        floats[(row + 2) * BvhLayout.Width + lane] = value.Z;
    }
}
