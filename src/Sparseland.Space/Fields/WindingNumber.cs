using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Sparseland.Space.Meshes;
using Sparseland.Space.Rays;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Space.Fields;

/// <summary>
/// How often a surface winds around a point: of a closed one 1 inside and 0 outside, of an open one or a soup something between that still tells the two apart. Groups of triangles that are far
/// enough count as a dipole and its first moments, near ones by their solid angles (Barill, Dickson, Schmidt, Levin and Jacobson, "Fast winding numbers for soups and clouds", 2018, with expansions of second order).
/// Safe to use from many threads.
/// </summary>
public sealed unsafe class WindingNumber
{
    /// <summary>How many radii away a group counts as far; the paper's value.</summary>
    public const float Far = 2;

    private const int PartPoints = 256;

    private readonly Bvh _surface;
    private readonly TensorStorage<float> _moments;

    private WindingNumber(Bvh surface, TensorStorage<float> moments) => (_surface, _moments) = (surface, moments);

    /// <summary>Prepares the groups of a mesh.</summary>
    public static WindingNumber Build(TriangleMesh mesh) => Build(Bvh.Build(mesh));

    /// <summary>Prepares the groups of a hierarchy.</summary>
    public static WindingNumber Build(Bvh surface)
    {
        ArgumentNullException.ThrowIfNull(surface);
        return new(surface, WindingMoments.Gather(surface));
    }

    /// <summary>The winding number at a point to within a few thousandths; 0 beyond 10^11 metres, NaN where the point is not finite.</summary>
    [SkipLocalsInit]
    public float At(Vector3 point)
    {
        if (!float.IsFinite(point.X + point.Y + point.Z))
            return float.NaN;
        if (Vector3.Abs(point) is var size && MathF.Max(size.X, MathF.Max(size.Y, size.Z)) > WindingMoments.FarthestPoint)
            return 0;
        var stack = stackalloc int[BvhLayout.StackEntries];
        var waiting = 0;
        stack[waiting++] = 0;
        var sum = Vector256<float>.Zero;
        var near = 0.0;
        while (waiting > 0)
        {
            var node = stack[--waiting];
            var children = WindingMoments.AddFar(_moments.Pointer + (long)node * WindingMoments.NodeFloats, point, ref sum);
            var references = (int*)(_surface.Nodes + (long)node * BvhLayout.NodeFloats + BvhLayout.ReferenceRow);
            for (; children != 0; children &= children - 1)
            {
                var reference = references[BitOperations.TrailingZeroCount(children)];
                if (reference >= 0)
                    stack[waiting++] = reference;
                else
                    near += SolidAngle.OfBlock(_surface.Blocks + (long)~reference * BvhLayout.BlockFloats, point);
            }
        }
        GC.KeepAlive(_surface);
        GC.KeepAlive(_moments);
        return (float)((Vector256.Sum(sum) + near) / (4 * Math.PI));
    }

    /// <summary>The winding numbers at many points, by all threads.</summary>
    /// <param name="points">The points.</param>
    /// <param name="windings">Gets one number for each point.</param>
    public void At(ReadOnlySpan<Vector3> points, Span<float> windings)
    {
        if (windings.Length < points.Length)
            throw new ArgumentException($"{points.Length} points have {windings.Length} places; give one for each", nameof(windings));
        fixed (Vector3* first = points)
        fixed (float* firstWinding = windings)
            WorkerPool.Run((points.Length + PartPoints - 1) / PartPoints, new Work(this, first, firstWinding, points.Length));
    }

    /// <summary>The winding number by the solid angles of all triangles, in double precision: what the fast one is an approximation of.</summary>
    public static double Exact(TriangleMesh mesh, Vector3 point)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        var sum = 0.0;
        for (var triangle = 0; triangle < mesh.TriangleCount; triangle++)
        {
            var (a, b, c) = mesh.Corners(triangle);
            sum += SolidAngle.Of(a - point, b - point, c - point);
        }
        return sum / (4 * Math.PI);
    }

    private readonly struct Work(WindingNumber winding, Vector3* points, float* windings, int count) : IParallelWork
    {
        public void Run(int part)
        {
            var end = Math.Min(count, (part + 1) * PartPoints);
            for (var i = part * PartPoints; i < end; i++)
                windings[i] = winding.At(points[i]);
        }
    }
}
