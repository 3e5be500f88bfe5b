using System.Numerics;
using System.Runtime.Intrinsics.X86;
using Sparseland.Space.Meshes;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Space.Rays;

/// <summary>
/// A hierarchy of boxes over a mesh's triangles, eight to a node, for the first hit of a ray, for whether there is any, and for the nearest point of the surface. Both sides of a triangle count and no ray slips
/// through a shared edge; of triangles met at the same distance the one with the lowest number is the hit. Immutable, and safe to use from many threads. Coordinates should lie within 10^15 metres.
/// </summary>
public sealed unsafe partial class Bvh
{
    private readonly TensorStorage<float> _nodeStorage;
    private readonly TensorStorage<float> _blockStorage;
    private readonly float* _nodes;
    private readonly float* _blocks;
    private readonly float _reach;
    private readonly bool _vectors;

    private Bvh(TriangleMesh mesh, TensorStorage<float> nodes, TensorStorage<float> blocks, bool vectors)
    {
        (Mesh, _nodeStorage, _blockStorage, _vectors) = (mesh, nodes, blocks, vectors);
        _nodes = nodes.Pointer;
        _blocks = blocks.Pointer;
        if (mesh.VertexCount > 0)
        {
            var largest = Vector3.Max(Vector3.Abs(mesh.Bounds.Minimum), Vector3.Abs(mesh.Bounds.Maximum));
            _reach = MathF.Max(largest.X, MathF.Max(largest.Y, largest.Z));
        }
    }

    /// <summary>The mesh, as it was given.</summary>
    public TriangleMesh Mesh { get; }

    /// <summary>Bytes of its nodes and triangles.</summary>
    public long Bytes => sizeof(float) * (_nodeStorage.Length + _blockStorage.Length);

    internal float* Nodes => _nodes;

    internal int NodeCount => (int)(_nodeStorage.Length / BvhLayout.NodeFloats);

    internal float* Blocks => _blocks;

    /// <summary>Builds the hierarchy with all threads of the pool; the result does not depend on their number.</summary>
    /// <param name="mesh">The mesh; zero-area triangles are allowed, and are hit by nothing but have a nearest point.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Bvh Build(TriangleMesh mesh, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        var (nodes, blocks) = BvhBuilder.Build(mesh, cancellation);
        return new(mesh, nodes, blocks, Avx2.IsSupported && Fma.IsSupported);
    }

    /// <summary>The same hierarchy walked without vector instructions: slow, and what the vectors are compared with.</summary>
    internal Bvh WithoutVectors() => new(Mesh, _nodeStorage, _blockStorage, vectors: false);

    /// <summary>The nearest hit of a ray between its least and greatest distance; <see cref="RayHit.None"/> when there is none. A direction of zero or NaN hits nothing.</summary>
    public RayHit FirstHit(in Ray ray)
    {
        var hit = _vectors ? FirstHitByVectors(ray) : FirstHitByNumbers(ray, anyWillDo: false);
        GC.KeepAlive(this);
        return hit;
    }

    /// <summary>Whether a ray hits anything between its least and greatest distance.</summary>
    public bool AnyHit(in Ray ray)
    {
        var isHit = _vectors ? AnyHitByVectors(ray) : FirstHitByNumbers(ray, anyWillDo: true).IsHit;
        GC.KeepAlive(this);
        return isHit;
    }

    /// <summary>The nearest hits of many rays, by all threads. Neighbours with about the same origin and direction are followed together, so put such rays side by side.</summary>
    /// <param name="rays">The rays.</param>
    /// <param name="hits">Gets one hit for each ray, the same as <see cref="FirstHit"/> gives.</param>
    /// <exception cref="ArgumentException">There are fewer places than rays.</exception>
    public void FirstHits(ReadOnlySpan<Ray> rays, Span<RayHit> hits)
    {
        if (hits.Length < rays.Length)
            throw new ArgumentException($"{rays.Length} rays have {hits.Length} places for hits; give one for each", nameof(hits));
        fixed (Ray* first = rays)
        fixed (RayHit* firstHit = hits)
            WorkerPool.Run((rays.Length + PartRays - 1) / PartRays, new HitWork(this, first, firstHit, rays.Length));
        GC.KeepAlive(this);
    }

    /// <summary>The point of the surface nearest to a point; of several equally near triangles the one with the lowest number.</summary>
    /// <param name="point">The point.</param>
    /// <param name="reach">Nothing farther than this counts, in metres; at least 0.</param>
    /// <returns>The nearest point, or <see cref="SurfacePoint.None"/> when there is none within reach or the point is not finite.</returns>
    public SurfacePoint Closest(Vector3 point, float reach = float.PositiveInfinity)
    {
        if (!(reach >= 0))
            throw new ArgumentOutOfRangeException(nameof(reach), reach, "the reach is a distance of 0 or more");
        var nearest = _vectors ? ClosestByVectors(point, reach * reach) : ClosestByNumbers(point, reach * reach);
        GC.KeepAlive(this);
        return nearest;
    }
}
