using System.Numerics;
using System.Runtime.CompilerServices;
using Sparseland.Space.Rays;

namespace Sparseland.Space.Worlds.Streets;

/// <summary>A street world over a short span of time: the standing hierarchy, and one over the boxes that the actors sweep. Rays have a time of their own within the span. Thread-safe.</summary>
public sealed class StreetMoment
{
    private readonly StreetWorld _world;
    private readonly BoxTree _moving;
    private readonly ActorPlace[]? _frozen;

    internal StreetMoment(StreetWorld world, double from, double to)
    {
        _world = world;
        _moving = new([.. world.Actors.Select(actor => actor.BoundsDuring(from, to))]);
        // When time stands still the places are computed once.
        _frozen = from == to ? [.. world.Actors.Select(actor => actor.PlaceAt(from))] : null;
    }

    /// <summary>The nearest surface on a ray.</summary>
    /// <param name="ray">In the world's axes.</param>
    /// <param name="time">When, in seconds, within the span.</param>
    public StreetHit FirstHit(in Ray ray, double time)
    {
        var standing = new Standing(_world, in ray);
        _world.Tree.Walk(in ray, ref standing);
        var moving = new Moving(this, ray with { Maximum = MathF.Min(ray.Maximum, standing.Distance) }, time);
        _moving.Walk(in moving.Ray, ref moving);
        return moving.Hit.IsHit ? moving.Hit : standing.ToHit(in ray);
    }

    /// <summary>The nearest surface of one actor alone, whatever stands before it.</summary>
    /// <param name="ray">In the world's axes.</param>
    /// <param name="time">When, in seconds, within the span.</param>
    /// <param name="actor">Its number from 1.</param>
    public StreetHit FirstHitOf(in Ray ray, double time, int actor)
    {
        _world.Actors[actor - 1].FirstHit(in ray, PlaceOf(actor - 1, time), ray.Maximum, out var hit);
        return hit;
    }

    /// <summary>Whether anything lies on a ray.</summary>
    /// <param name="ray">In the world's axes.</param>
    /// <param name="time">When, in seconds, within the span.</param>
    public bool AnyHit(in Ray ray, double time)
    {
        var standing = new Standing(_world, in ray) { StopsAtFirst = true };
        _world.Tree.Walk(in ray, ref standing);
        if (standing.Item >= 0)
            return true;
        var moving = new Moving(this, ray, time);
        _moving.Walk(in moving.Ray, ref moving);
        return moving.Hit.IsHit;
    }

    private ActorPlace PlaceOf(int actor, double time) => _frozen is null ? _world.Actors[actor].PlaceAt(time) : _frozen[actor];

    private struct Standing(StreetWorld world, in Ray ray) : IBoxVisitor
    {
        private readonly Ray _ray = ray;
        private Vector3 _normal;

        public int Item { get; private set; } = -1;

        public float Distance { get; private set; } = float.PositiveInfinity;

        public bool StopsAtFirst { get; init; }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Visit(int item, ref float maximum)
        {
            var body = world.Scenery[item];
            var own = new Ray(Vector3.Transform(_ray.Origin, body.Inverse), Vector3.TransformNormal(_ray.Direction, body.Inverse), _ray.Minimum, maximum);
            if (!body.Shape.FirstHit(in own, out var hit) || (hit.Distance == maximum && item > Item && Item >= 0))
                return false;
            (Item, Distance, _normal, maximum) = (item, hit.Distance, hit.Normal, hit.Distance);
            return StopsAtFirst;
        }

        public readonly StreetHit ToHit(in Ray ray)
        {
            if (Item < 0)
                return StreetHit.None;
            var body = world.Scenery[Item];
            var (point, normal) = (ray.At(Distance), body.NormalToWorld(_normal));
            return new(Distance, point, normal, body.ObjectId, world.KindOf(Item), body, point, normal);
        }
    }

    private struct Moving(StreetMoment moment, in Ray ray, double time) : IBoxVisitor
    {
        public readonly Ray Ray = ray;

        public StreetHit Hit { get; private set; } = StreetHit.None;

        public bool Visit(int item, ref float maximum)
        {
            if (moment._world.Actors[item].FirstHit(in Ray, moment.PlaceOf(item, time), maximum, out var hit) && (hit.Distance < maximum || !Hit.IsHit || hit.ObjectId < Hit.ObjectId))
                (Hit, maximum) = (hit, hit.Distance);
            return false;
        }
    }
}
