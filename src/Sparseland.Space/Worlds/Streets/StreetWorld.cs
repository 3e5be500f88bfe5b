using Sparseland.Errors;
using Sparseland.Space.Datasets;
using Sparseland.Space.Motion;
using Sparseland.Space.Worlds.Lights;

namespace Sparseland.Space.Worlds.Streets;

/// <summary>
/// A world that drives are recorded in: scenery that stands, actors that move, a sky, and the way the sensors are carried through it. Equal seeds give equal worlds. Immutable, thread-safe.
/// </summary>
public sealed class StreetWorld
{
    /// <summary>Object numbers from here on are scenery; smaller ones are actors.</summary>
    public const int FirstSceneryId = 10_000;

    private readonly Instance[] _scenery;
    private readonly StreetClass[] _kinds;
    private readonly BoxTree _tree;
    private readonly Actor[] _actors;

    internal StreetWorld(string name, IReadOnlyList<(Instance Body, StreetClass Kind)> scenery, IReadOnlyList<Actor> actors, Sky sky, ITrajectory route)
    {
        if (actors.Count >= FirstSceneryId)
            throw new ResourceLimitException($"a world of {actors.Count} actors; at most {FirstSceneryId - 1} have numbers");
        (Name, Sky, Route, _actors) = (name, sky, route, [.. actors]);
        _scenery = [.. scenery.Select(item => item.Body)];
        _kinds = [.. scenery.Select(item => item.Kind)];
        _tree = new(Array.ConvertAll(_scenery, item => item.Shape is GroundShape ground ? ground.Bounds : SurfaceBounds.Of(item.Shape, item.Transform).Widened(1e-3f)));
    }

    /// <summary>The scene's name.</summary>
    public string Name { get; }

    /// <summary>The light.</summary>
    public Sky Sky { get; }

    /// <summary>How the sensors are carried: the pose of the vehicle's axes (x forward, y left, z up, on the ground).</summary>
    public ITrajectory Route { get; }

    /// <summary>How many actors there are.</summary>
    public int ActorCount => _actors.Length;

    /// <summary>How many shapes the scenery has.</summary>
    public int SceneryCount => _scenery.Length;

    /// <summary>How many shapes there are in all.</summary>
    public int ShapeCount => _scenery.Length + _actors.Sum(actor => actor.Parts.Count);

    internal IReadOnlyList<Actor> Actors => _actors;

    internal ReadOnlySpan<Instance> Scenery => _scenery;

    internal BoxTree Tree => _tree;

    /// <summary>The labels' boxes at a time, in the world's axes, in order of the actors' numbers.</summary>
    public IReadOnlyList<Box3D> BoxesAt(double time) => Array.ConvertAll(_actors, actor => actor.BoxAt(time));

    /// <summary>The world over a span of time, ready for rays.</summary>
    /// <param name="from">In seconds.</param>
    /// <param name="to">Not before the start; at most a second later.</param>
    /// <exception cref="InvalidSettingException">The span is negative or too long.</exception>
    public StreetMoment During(double from, double to)
    {
        if (!(to >= from && to - from <= 1))
            throw new InvalidSettingException($"rays over {from} to {to} s; a span has 0 to 1 s");
        return new(this, from, to);
    }

    /// <summary>The world at a time, ready for rays.</summary>
    public StreetMoment At(double time) => new(this, time, time);

    internal StreetClass KindOf(int scenery) => _kinds[scenery];
}
