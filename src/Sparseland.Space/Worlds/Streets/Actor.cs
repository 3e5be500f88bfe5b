using System.Numerics;
using Sparseland.Space.Datasets;
using Sparseland.Space.Motion;
using Sparseland.Space.Rays;
using Sparseland.Space.Worlds.Shapes;

namespace Sparseland.Space.Worlds.Streets;

/// <summary>Something that is labelled: parts in its own axes and a motion. Immutable, thread-safe.</summary>
internal sealed class Actor
{
    // One step of two legs.
    private const double StrideMetres = 1.4;
    private readonly ActorPart[] _parts;
    private readonly Func<float, float, float> _ground;

    public Actor(int id, StreetClass kind, ActorPart[] parts, ActorMotion motion, Func<float, float, float> ground)
    {
        (Id, Kind, _parts, Motion, _ground) = (id, kind, parts, motion, ground);
        Box = parts.Aggregate(Box3.Empty, (box, part) => box.Including(part.SweptBounds));
    }

    /// <summary>Its number, from 1.</summary>
    public int Id { get; }

    /// <summary>What it is.</summary>
    public StreetClass Kind { get; }

    /// <summary>How it moves.</summary>
    public ActorMotion Motion { get; }

    /// <summary>The tight box in its own axes over its whole gait: what the label says, at all times the same.</summary>
    public Box3 Box { get; }

    /// <summary>The parts.</summary>
    public IReadOnlyList<ActorPart> Parts => _parts;

    /// <summary>Where it is.</summary>
    public ActorPlace PlaceAt(double time)
    {
        var state = Motion.At(time);
        var (sine, cosine) = Math.SinCos(state.Yaw);
        var height = _ground((float)state.X, (float)state.Y);
        return new(new((float)state.X, (float)state.Y, height), (float)cosine, (float)sine, (float)Math.Sin(2 * Math.PI * state.Way / StrideMetres));
    }

    /// <summary>Its label's box in the world.</summary>
    public Box3D BoxAt(double time)
    {
        var (state, place) = (Motion.At(time), PlaceAt(time));
        var (centre, size) = (place.ToWorld(Box.Centre), Box.Extent);
        return new(new Vector3D(centre), size.X, size.Y, size.Z, Angle.Wrap(state.Yaw), Kind.ToString())
        {
            VelocityX = state.VelocityX,
            VelocityY = state.VelocityY,
            Instance = Id,
            Attribute = Math.Abs(state.VelocityX) + Math.Abs(state.VelocityY) > 0.2 ? "moving" : Motion.Speed > 0 ? "stopped" : "parked",
        };
    }

    /// <summary>A box around it over a span of time.</summary>
    public Box3 BoundsDuring(double from, double to)
    {
        var bounds = Box3.Empty;
        // A tenth of a second is straight to within a millimetre; the ends and the middle and a margin hold it.
        foreach (var time in from == to ? [from] : (double[])[from, 0.5 * (from + to), to])
        {
            var place = PlaceAt(time);
            for (var corner = 0; corner < 8; corner++)
            {
                var point = new Vector3((corner & 1) == 0 ? Box.Minimum.X : Box.Maximum.X, (corner & 2) == 0 ? Box.Minimum.Y : Box.Maximum.Y, (corner & 4) == 0 ? Box.Minimum.Z : Box.Maximum.Z);
                bounds = bounds.Including(place.ToWorld(point));
            }
        }
        return bounds.Widened(0.02f);
    }

    /// <summary>The nearest surface on a ray of the world.</summary>
    /// <param name="ray">In the world's axes.</param>
    /// <param name="place">Where the actor is.</param>
    /// <param name="maximum">The distance beyond which nothing counts.</param>
    /// <param name="hit">What was hit, when something was.</param>
    public bool FirstHit(in Ray ray, in ActorPlace place, float maximum, out StreetHit hit)
    {
        hit = StreetHit.None;
        var own = new Ray(place.ToActor(ray.Origin), place.TurnToActor(ray.Direction), ray.Minimum, maximum);
        if (!Meets(Box, in own))
            return false;
        var (best, normal) = (-1, Vector3.Zero);
        for (var i = 0; i < _parts.Length; i++)
        {
            ref readonly var part = ref _parts[i];
            var swung = part.Swing == 0 ? own : Unswing(in own, in part, place.Gait);
            if (!HitPart(part.Body, in swung, maximum, out var found))
                continue;
            var outwards = part.Body.NormalToWorld(found.Normal);
            (best, maximum) = (i, found.Distance);
            normal = part.Swing == 0 ? outwards : Rotate(outwards, part.Swing * place.Gait);
        }
        if (best < 0)
            return false;
        hit = new(maximum, ray.At(maximum), place.TurnToWorld(normal), Id, Kind, _parts[best].Body, own.At(maximum), normal);
        return true;
    }

    private static bool HitPart(Instance body, in Ray ray, float maximum, out ShapeHit hit) =>
        body.Shape.FirstHit(new Ray(Vector3.Transform(ray.Origin, body.Inverse), Vector3.TransformNormal(ray.Direction, body.Inverse), ray.Minimum, maximum), out hit);

    private static Ray Unswing(in Ray ray, in ActorPart part, float gait)
    {
        var hinge = new Vector3(0, 0, part.HingeHeight);
        return ray with { Origin = Rotate(ray.Origin - hinge, -part.Swing * gait) + hinge, Direction = Rotate(ray.Direction, -part.Swing * gait) };
    }

    // About +y, as Matrix4x4.CreateRotationY turns row vectors.
    private static Vector3 Rotate(Vector3 v, float angle)
    {
        var (sine, cosine) = MathF.SinCos(angle);
        return new(cosine * v.X + sine * v.Z, v.Y, cosine * v.Z - sine * v.X);
    }

    private static bool Meets(Box3 box, in Ray ray)
    {
        var inverse = BoxTree.SafeInverse(ray.Direction);
        var (low, high) = ((box.Minimum - ray.Origin) * inverse, (box.Maximum - ray.Origin) * inverse);
        var (enter, leave) = (Vector3.Min(low, high), Vector3.Max(low, high));
        var first = MathF.Max(MathF.Max(enter.X, enter.Y), MathF.Max(enter.Z, ray.Minimum));
        return first <= MathF.Min(MathF.Min(leave.X, leave.Y), MathF.Min(leave.Z, ray.Maximum)) * 1.00001f;
    }
}

/// <summary>Where an actor is at a time, in single precision for rays.</summary>
/// <param name="Origin">On the ground below its middle, in metres.</param>
/// <param name="Cosine">Of its heading.</param>
/// <param name="Sine">Of its heading.</param>
/// <param name="Gait">Share of the swing of its legs, -1 to 1.</param>
internal readonly record struct ActorPlace(Vector3 Origin, float Cosine, float Sine, float Gait)
{
    public Vector3 ToWorld(Vector3 point) => TurnToWorld(point) + Origin;

    public Vector3 ToActor(Vector3 point) => TurnToActor(point - Origin);

    public Vector3 TurnToWorld(Vector3 v) => new(Cosine * v.X - Sine * v.Y, Sine * v.X + Cosine * v.Y, v.Z);

    public Vector3 TurnToActor(Vector3 v) => new(Cosine * v.X + Sine * v.Y, Cosine * v.Y - Sine * v.X, v.Z);
}
