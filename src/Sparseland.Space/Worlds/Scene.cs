using System.Numerics;
using System.Runtime.CompilerServices;
using Sparseland.Errors;
using Sparseland.Space.Rays;
using Sparseland.Space.Worlds.Lights;
using Sparseland.Space.Worlds.Materials;
using Sparseland.Threads;

namespace Sparseland.Space.Worlds;

/// <summary>
/// Instances of shapes under a sky, with a hierarchy over the instances; shapes have hierarchies of their own. Building takes about a microsecond an instance, so what moves is a new scene at every moment. Immutable, thread-safe.
/// </summary>
public sealed class Scene
{
    private const int RaysPerPart = 256;

    private readonly Instance[] _instances;
    private readonly BoxTree _tree;

    /// <summary>A scene.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="instances">What is in it.</param>
    /// <param name="sky">The light from far; <see cref="Sky.Dark"/> for none.</param>
    /// <exception cref="InvalidSettingException">The sky has an impossible value.</exception>
    public Scene(string name, IEnumerable<Instance> instances, Sky sky)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(instances);
        ArgumentNullException.ThrowIfNull(sky);
        sky.Validate();
        (Name, Sky) = (name, sky);
        _instances = [.. instances];
        var boxes = Array.ConvertAll(_instances, instance => instance.Bounds);
        _tree = new(boxes);
        foreach (var box in boxes)
            Bounds = Bounds.Including(box);
        Interest = Bounds;
    }

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>What is in it.</summary>
    public IReadOnlyList<Instance> Instances => _instances;

    /// <summary>The light from far.</summary>
    public Sky Sky { get; }

    /// <summary>A box around everything.</summary>
    public Box3 Bounds { get; } = Box3.Empty;

    /// <summary>A box around what cameras should look at: the objects without the ground they stand on. Everything, unless said otherwise.</summary>
    public Box3 Interest { get; init; }

    /// <summary>Whether anything in it sends out light.</summary>
    public bool HasLight => !Sky.IsDark || _instances.Any(instance => instance.Material.IsEmissive);

    /// <summary>The nearest thing on a ray.</summary>
    public SceneHit FirstHit(in Ray ray)
    {
        var nearest = new Nearest(_instances, in ray);
        _tree.Walk(in ray, ref nearest);
        if (nearest.Instance < 0)
            return SceneHit.None;
        var normal = _instances[nearest.Instance].NormalToWorld(nearest.Hit.Normal);
        return new(nearest.Instance, nearest.Hit.Distance, ray.At(nearest.Hit.Distance), normal, nearest.Hit.Part, nearest.Hit.U, nearest.Hit.V);
    }

    /// <summary>Whether anything is on a ray.</summary>
    public bool AnyHit(in Ray ray)
    {
        var blocked = new Blocked(_instances, in ray);
        _tree.Walk(in ray, ref blocked);
        return blocked.IsBlocked;
    }

    /// <summary>The nearest thing on each of many rays, on all threads.</summary>
    /// <param name="rays">The rays.</param>
    /// <param name="hits">Gets one answer for each ray.</param>
    /// <exception cref="MismatchException">There are more or fewer places than rays.</exception>
    public void FirstHits(ReadOnlyMemory<Ray> rays, Memory<SceneHit> hits)
    {
        if (rays.Length != hits.Length)
            throw new MismatchException($"{rays.Length} rays and places for {hits.Length} answers; there must be one for each");
        WorkerPool.Run((rays.Length + RaysPerPart - 1) / RaysPerPart, new ManyRays(this, rays, hits));
    }

    /// <summary>The material at a hit.</summary>
    public Material MaterialAt(in SceneHit hit) => _instances[hit.Instance].Material;

    /// <summary>The colour at a hit, linear: the texture's, or what the mesh brings with it.</summary>
    public Vector3 ColourAt(in SceneHit hit)
    {
        var instance = _instances[hit.Instance];
        if (instance.Material.Colour is SolidTexture solid && !instance.Shape.HasColours)
            return solid.Colour;
        return instance.Shape.ColourAt(hit.Part, hit.U, hit.V) ?? instance.Material.Colour.At(instance.TexturePoint(hit.Point), instance.TextureNormal(hit.Normal));
    }

    /// <summary>How far beside a hit a new ray begins, so that rounding does not let it meet the same surface: in proportion to the numbers that were added to find the point.</summary>
    internal float Margin(in SceneHit hit)
    {
        var p = Vector3.Abs(hit.Point);
        return 2e-5f * MathF.Max(p.X, MathF.Max(p.Y, p.Z)) + 4e-6f * (hit.Distance + _instances[hit.Instance].Size);
    }

    private static Ray ToShape(Instance instance, in Ray ray, float maximum) =>
        new(Vector3.Transform(ray.Origin, instance.Inverse), Vector3.TransformNormal(ray.Direction, instance.Inverse), ray.Minimum, maximum);

    private struct Nearest(Instance[] instances, in Ray ray) : IBoxVisitor
    {
        private readonly Ray _ray = ray;

        public int Instance = -1;
        public Shapes.ShapeHit Hit;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Visit(int item, ref float maximum)
        {
            var instance = instances[item];
            // Distances stay those of the world's ray, because the direction is not made length one again.
            if (!instance.Shape.FirstHit(ToShape(instance, in _ray, maximum), out var hit))
                return false;
            // Of two surfaces at the same distance the lower number is seen, whatever the order of the walk.
            if (hit.Distance < maximum || Instance < 0 || item < Instance)
                (Instance, Hit, maximum) = (item, hit, hit.Distance);
            return false;
        }
    }

    private struct Blocked(Instance[] instances, in Ray ray) : IBoxVisitor
    {
        private readonly Ray _ray = ray;

        public bool IsBlocked;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Visit(int item, ref float maximum)
        {
            var instance = instances[item];
            return IsBlocked = instance.Shape.AnyHit(ToShape(instance, in _ray, maximum));
        }
    }

    private readonly struct ManyRays(Scene scene, ReadOnlyMemory<Ray> rays, Memory<SceneHit> hits) : IParallelWork
    {
        public void Run(int part)
        {
            var (from, to) = (part * RaysPerPart, Math.Min(rays.Length, (part + 1) * RaysPerPart));
            var asked = rays.Span;
            var answers = hits.Span;
            for (var i = from; i < to; i++)
                answers[i] = scene.FirstHit(in asked[i]);
        }
    }
}
