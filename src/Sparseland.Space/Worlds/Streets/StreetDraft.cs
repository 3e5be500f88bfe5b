using System.Numerics;
using Sparseland.Chance;
using Sparseland.Space.Motion;
using Sparseland.Space.Worlds.Lights;
using Sparseland.Space.Worlds.Materials;
using Sparseland.Space.Worlds.Shapes;

namespace Sparseland.Space.Worlds.Streets;

/// <summary>A street world while it is laid out: what stands where, and room kept free.</summary>
internal sealed class StreetDraft
{
    // Bodies whose middles are so far apart across the road do not touch.
    private const float LaneApart = 1.35f;
    private readonly List<(Instance Body, StreetClass Kind)> _scenery = [];
    private readonly List<Actor> _actors = [];
    private readonly List<(Vector2 Place, float Reach)> _taken = [];

    /// <summary>Begins a world on its ground.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="roll">The most that the ground rises or falls, in metres.</param>
    /// <param name="reach">How far it goes, in metres.</param>
    public StreetDraft(ulong seed, float roll, float reach)
    {
        Random = new(seed, "scene");
        Ground = new(roll, reach, Random);
    }

    /// <summary>Everything random in the layout.</summary>
    public RandomStream Random { get; }

    /// <summary>The ground.</summary>
    public GroundShape Ground { get; }

    /// <summary>Paints the ground.</summary>
    public void Pave(Material material) => _scenery.Add((new(Ground, Matrix4x4.Identity, material, StreetWorld.FirstSceneryId, "ground"), StreetClass.Ground));

    /// <summary>Uniform between two numbers.</summary>
    public float Between(double low, double high) => (float)(low + (high - low) * Random.NextDouble());

    /// <summary>Puts up a shape that fills the unit cube.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="kind">What it belongs to.</param>
    /// <param name="centre">Its middle; the height counts from the ground below.</param>
    /// <param name="size">Its sides.</param>
    /// <param name="material">What it is made of.</param>
    /// <param name="yaw">Its heading in radians.</param>
    public void Add(Shape shape, StreetClass kind, Vector3 centre, Vector3 size, Material material, float yaw = 0)
    {
        var place = centre with { Z = centre.Z + Ground.HeightAt(centre.X, centre.Y) };
        var transform = Matrix4x4.CreateScale(size) * Matrix4x4.CreateRotationZ(yaw) * Matrix4x4.CreateTranslation(place);
        var id = Math.Min(ushort.MaxValue, StreetWorld.FirstSceneryId + _scenery.Count);
        _scenery.Add((new(shape, transform, material, id, kind.ToString()), kind));
    }

    /// <summary>Puts up a box.</summary>
    public void AddBox(StreetClass kind, Vector3 centre, Vector3 size, Material material, float yaw = 0) => Add(BoxShape.Unit, kind, centre, size, material, yaw);

    /// <summary>Puts up a tree: a trunk and two or three balls of leaves.</summary>
    public void AddTree(float x, float y, float height)
    {
        var leaves = StreetPaint.Leaves(Random);
        Add(FrustumShape.Cylinder, StreetClass.Vegetation, new(x, y, 0.25f * height), new(0.07f * height, 0.07f * height, 0.5f * height), StreetPaint.Trunk);
        for (var i = 0; i < 2 + Random.NextInt(2); i++)
        {
            var size = height * new Vector3(Between(0.4, 0.6), Between(0.4, 0.6), Between(0.35, 0.5));
            Add(SphereShape.Unit, StreetClass.Vegetation, new(x + Between(-0.1, 0.1) * height, y + Between(-0.1, 0.1) * height, Between(0.6, 0.8) * height), size, leaves);
        }
    }

    /// <summary>Puts up a pole, with a retro-reflecting sign or without.</summary>
    public void AddPole(float x, float y, float height, bool sign, float yaw)
    {
        Add(FrustumShape.Cylinder, StreetClass.Pole, new(x, y, 0.5f * height), new(0.14f, 0.14f, height), StreetPaint.Metal);
        if (sign)
            AddBox(StreetClass.Pole, new(x, y, height - 0.35f), new(0.04f, 0.7f, 0.7f), StreetPaint.Sign, yaw);
    }

    /// <summary>Keeps room along x about a place; what passes beside it in another lane is not in its way.</summary>
    public void Take(float x, float y, float reach) => _taken.Add((new(x, y), reach));

    /// <summary>Whether there is room.</summary>
    public bool IsFree(float x, float y, float reach) =>
        _taken.TrueForAll(taken => MathF.Abs(taken.Place.Y - y) > LaneApart || MathF.Abs(taken.Place.X - x) > taken.Reach + reach);

    /// <summary>Throws darts: puts an actor where there is room, in up to twenty tries.</summary>
    /// <param name="kind">Its class.</param>
    /// <param name="place">Draws a motion.</param>
    /// <param name="clearance">Room to keep free before and behind it, in metres.</param>
    /// <param name="raise">Height above the ground, for pavements.</param>
    public void Throw(StreetClass kind, Func<ActorMotion> place, float clearance, float raise = 0)
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            var motion = place();
            if (!IsFree((float)motion.X, (float)motion.Y, clearance))
                continue;
            Put(kind, motion, clearance, raise);
            return;
        }
    }

    /// <summary>Puts an actor at a place.</summary>
    public void Put(StreetClass kind, ActorMotion motion, float clearance = 0, float raise = 0)
    {
        Take((float)motion.X, (float)motion.Y, clearance);
        var id = _actors.Count + 1;
        _actors.Add(new(id, kind, ActorCatalogue.Build(kind, Random), motion, raise == 0 ? Ground.HeightAt : (x, y) => Ground.HeightAt(x, y) + raise));
    }

    /// <summary>The finished world between walls, with the same light from everywhere.</summary>
    public StreetWorld FinishIndoors(string name, ITrajectory route) => new(name, _scenery, _actors, Sky.Constant(new(1.4f)), route);

    /// <summary>The finished world under the sky.</summary>
    public StreetWorld Finish(string name, ITrajectory route)
    {
        var azimuth = Between(0, 2 * Math.PI);
        var sun = new Vector3(MathF.Cos(azimuth), MathF.Sin(azimuth), Between(0.6, 1.6));
        return new(name, _scenery, _actors, Sky.Day(sun), route);
    }
}
