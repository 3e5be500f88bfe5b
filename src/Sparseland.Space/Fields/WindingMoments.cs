using System.Numerics;
using System.Runtime.Intrinsics;
using Sparseland.Space.Rays;
using Sparseland.Tensors;

namespace Sparseland.Space.Fields;

/// <summary>
/// What a group of triangles is from afar, to second order: its centre p (by area), the integrals over its triangles of their unit normal n, of d n and of d d n, where d is a place less p. Of those
/// only what the expansion reads is kept. A node has 26 rows of eight floats, a child each: p (3), the square of the distance at which the group is far, n (3), d n made symmetric (xx yy zz xy xz yz),
/// the contraction of d d n (3), d d n made symmetric (xxx yyy zzz xxy xxz yyx yyz zzx zzy xyz).
/// </summary>
internal static unsafe class WindingMoments
{
    public const int NodeFloats = Rows * Width;
    /// <summary>Points farther than this from the origin are wound around by nothing: the expansion would overflow.</summary>
    public const float FarthestPoint = 1e11f;

    private const int Rows = 26;
    private const float EmptyPlace = 1e12f;
    private const int Width = BvhLayout.Width;

    /// <summary>The moments of every node's children.</summary>
    public static TensorStorage<float> Gather(Bvh surface)
    {
        var moments = new TensorStorage<float>((long)surface.NodeCount * NodeFloats);
        var groups = new TriangleGroup[surface.NodeCount];
        var children = new List<TriangleGroup>(Width);
        // Children have higher numbers than their parents.
        for (var node = surface.NodeCount - 1; node >= 0; node--)
        {
            var floats = surface.Nodes + (long)node * BvhLayout.NodeFloats;
            var place = moments.Pointer + (long)node * NodeFloats;
            children.Clear();
            for (var child = 0; child < Width; child++)
            {
                // An empty place: without area, and far from everything.
                if (!(floats[child] <= floats[Width + child]))
                {
                    place[child] = EmptyPlace;
                    continue;
                }
                var reference = ((int*)floats)[BvhLayout.ReferenceRow + child];
                var group = reference >= 0 ? groups[reference] : TriangleGroup.OfBlock(surface.Blocks + (long)~reference * BvhLayout.BlockFloats);
                children.Add(group);
                Write(place + child, group, FarthestSquared(floats + child, group.Centre));
            }
            groups[node] = TriangleGroup.Of(children);
        }
        GC.KeepAlive(surface);
        return moments;
    }

    /// <summary>Adds what the far children of a node contribute, times 4 pi, and returns a bit for each near one.</summary>
    public static uint AddFar(float* node, Vector3 point, ref Vector256<float> sum)
    {
        var x = Row(node, 0) - Vector256.Create(point.X);
        var y = Row(node, 1) - Vector256.Create(point.Y);
        var z = Row(node, 2) - Vector256.Create(point.Z);
        var squared = x * x + y * y + z * z;
        var isFar = Vector256.GreaterThan(squared, Row(node, 3));
        var inverse = Vector256<float>.One / squared;
        var cube = inverse * Vector256.Sqrt(inverse);
        var (three, half) = (Vector256.Create(3f), Vector256.Create(0.5f));
        var dipole = x * Row(node, 4) + y * Row(node, 5) + z * Row(node, 6);
        var trace = Row(node, 7) + Row(node, 8) + Row(node, 9);
        var quadratic = x * x * Row(node, 7) + y * y * Row(node, 8) + z * z * Row(node, 9)
            + Vector256.Create(2f) * (x * y * Row(node, 10) + x * z * Row(node, 11) + y * z * Row(node, 12));
        var linear = x * Row(node, 13) + y * Row(node, 14) + z * Row(node, 15);
        var cubic = x * x * x * Row(node, 16) + y * y * y * Row(node, 17) + z * z * z * Row(node, 18)
            + three * (x * x * (y * Row(node, 19) + z * Row(node, 20)) + y * y * (x * Row(node, 21) + z * Row(node, 22)) + z * z * (x * Row(node, 23) + y * Row(node, 24)))
            + Vector256.Create(6f) * x * y * z * Row(node, 25);
        // The derivatives of r / |r|^3 of order 0, 1 and 2, each with the moment of its order.
        var term = cube * (dipole + trace - three * quadratic * inverse + half * inverse * (Vector256.Create(15f) * cubic * inverse - three * linear));
        sum += Vector256.ConditionalSelect(isFar, term, Vector256<float>.Zero);
        return ~isFar.ExtractMostSignificantBits() & 0xFF;
    }

    private static Vector256<float> Row(float* node, int row) => Vector256.Load(node + row * Width);

    private static float FarthestSquared(float* box, Vector3 centre)
    {
        var squared = 0f;
        for (var axis = 0; axis < 3; axis++)
        {
            var side = MathF.Max(MathF.Abs(box[2 * axis * Width] - centre[axis]), MathF.Abs(box[(2 * axis + 1) * Width] - centre[axis]));
            squared += side * side;
        }
        return squared;
    }

    private static void Write(float* place, TriangleGroup group, float farthestSquared)
    {
        Span<float> rows = stackalloc float[Rows];
        (rows[0], rows[1], rows[2]) = (group.Centre.X, group.Centre.Y, group.Centre.Z);
        rows[3] = WindingNumber.Far * WindingNumber.Far * farthestSquared;
        group.WriteMoments(rows[4..]);
        for (var row = 0; row < Rows; row++)
            place[row * Width] = rows[row];
    }
}
