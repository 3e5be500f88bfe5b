using System.Numerics;

namespace Sparseland.Space.Worlds.Streets;

/// <summary>The scenes under the sky.</summary>
internal static class RoadScenes
{
    private const float LaneWidth = 3.5f;
    private const float Parking = 2.8f;
    private const float Pavement = 3;
    private const float Kerb = 0.12f;
    private const float DriveSpeed = 8;

    /// <summary>A road along x with houses on both sides.</summary>
    public static StreetWorld Street(double seconds, ulong seed)
    {
        var length = Math.Max(110, (float)(DriveSpeed * seconds) + 90);
        var draft = new StreetDraft(seed, 0.15f, length + 150);
        var lanes = 2 + draft.Random.NextInt(3);
        draft.Pave(StreetPaint.Road(lanes, Parking, float.NaN, draft.Random));
        var edge = 0.5f * lanes * LaneWidth + Parking;
        for (var side = -1; side <= 1; side += 2)
            Side(draft, side, edge, -30, length);
        Traffic(draft, lanes, -30, length);
        var lane = -0.5f * LaneWidth * (lanes % 2 == 1 ? 2 : 1);
        return draft.Finish("street", new DriveRoute(0, lane, 0).Make(seconds, DriveSpeed, draft.Ground, seed));
    }

    /// <summary>Two roads that meet at x = 45; the drive turns left.</summary>
    public static StreetWorld Crossing(double seconds, ulong seed)
    {
        const float Middle = 45;
        const float Edge = LaneWidth + Parking;
        var draft = new StreetDraft(seed, 0.1f, Math.Max(300, (float)(DriveSpeed * seconds) + 150));
        draft.Pave(StreetPaint.Road(2, Parking, Middle, draft.Random));
        for (var side = -1; side <= 1; side += 2)
        {
            Side(draft, side, Edge, -30, Middle - Edge - Pavement - 9);
            Side(draft, side, Edge, Middle + Edge + Pavement + 9, 130);
        }
        // Waiting on the other road, and houses along it.
        for (var i = 0; i < 3; i++)
        {
            draft.Put(Vehicle(draft), new(Middle - 0.5 * LaneWidth, Edge + 6 + 10 * i, -0.5 * Math.PI, 0), 3);
            draft.Put(Vehicle(draft), new(Middle + 0.5 * LaneWidth, -Edge - 6 - 10 * i, 0.5 * Math.PI, 0), 3);
        }
        for (var y = 30f; y < 110; y += 16)
        {
            foreach (var side in (float[])[-1, 1])
            {
                var height = draft.Between(7, 16);
                draft.AddBox(StreetClass.Building, new(Middle + side * (Edge + Pavement + 6), y, 0.5f * height), new(10, 13, height), StreetPaint.Facade(draft.Random));
                draft.AddBox(StreetClass.Building, new(Middle + side * (Edge + Pavement + 6), -y, 0.5f * height), new(10, 13, height), StreetPaint.Facade(draft.Random));
            }
        }
        // Who comes the other way waits for the turn.
        Lane(draft, 0.5f * LaneWidth, Math.PI, 0, Middle + Edge + 8, 130);
        const float Radius = 10;
        var route = new DriveRoute(0, -0.5f * LaneWidth, 0).Go(Middle + 0.5 * LaneWidth - Radius).Go(0.5 * Math.PI * Radius, 1 / Radius);
        return draft.Finish("crossing", route.Make(seconds, 6, draft.Ground, seed));
    }

    /// <summary>Rows of parked vehicles along x.</summary>
    public static StreetWorld CarPark(double seconds, ulong seed)
    {
        const float Slot = 2.8f;
        var length = Math.Max(60, (float)(3 * seconds) + 50);
        var draft = new StreetDraft(seed, 0, length + 150);
        draft.Pave(StreetPaint.Road(8, 4, float.NaN, draft.Random));
        StreetClass[] kinds = [StreetClass.Car, StreetClass.Car, StreetClass.Van, StreetClass.Kiosk];
        for (var x = -15f; x < length; x += Slot)
        {
            foreach (var y in (float[])[-12, -6, 6, 12])
            {
                if (draft.Random.NextDouble() < 0.7)
                    draft.Put(kinds[draft.Random.NextInt(kinds.Length)], new(x, y + draft.Between(-0.2, 0.2), draft.Random.NextInt(2) == 0 ? 0.5 * Math.PI : -0.5 * Math.PI, 0));
            }
        }
        for (var i = 0; i < 6; i++)
            draft.Throw(StreetClass.Pedestrian, () => Walk(draft, draft.Between(5, length), (draft.Random.NextInt(2) == 0 ? -1 : 1) * draft.Between(1.8, 2.8), draft.Between(0.8, 1.4)), 0.6f);
        for (var x = -15f; x < length; x += 12)
        {
            draft.AddPole(x, 9, 5, false, 0);
            draft.AddPole(x, -9, 5, false, 0);
            draft.AddBox(StreetClass.Barrier, new(x, 16, 0.5f), new(11, 0.12f, 0.5f), StreetPaint.Rail);
            draft.AddBox(StreetClass.Barrier, new(x, -16, 0.5f), new(11, 0.12f, 0.5f), StreetPaint.Rail);
        }
        return draft.Finish("parking", new DriveRoute(0, 0, 0).Make(seconds, 3, draft.Ground, seed));
    }

    /// <summary>A plain with hardly anything on it.</summary>
    public static StreetWorld Field(double seconds, ulong seed)
    {
        var length = Math.Max(150, (float)(DriveSpeed * seconds) + 100);
        var draft = new StreetDraft(seed, 0.3f, length + 150);
        draft.Pave(StreetPaint.Road(0, 0, float.NaN, draft.Random));
        for (var i = 0; i < (int)(length / 20); i++)
        {
            var side = draft.Random.NextInt(2) == 0 ? -1 : 1;
            draft.AddTree(draft.Between(-60, length + 60), side * draft.Between(12, 60), draft.Between(4, 9));
        }
        draft.Put(StreetClass.Truck, new(40, 15, 0.6, 0), 5);
        var route = new DriveRoute(0, 0, 0);
        for (var i = 0; i < (int)(seconds / 8) + 1; i++)
            route.Go(30, 0.006).Go(60, -0.006).Go(30, 0.006);
        return draft.Finish("field", route.Make(seconds, DriveSpeed, draft.Ground, seed));
    }

    // One side of a road along x: parked vehicles, kerb, pavement with people, trees and poles, houses behind.
    private static void Side(StreetDraft draft, int side, float edge, float from, float to)
    {
        var (kerb, houses) = (side * (edge + 0.5f * Pavement), side * (edge + Pavement));
        for (var x = from; x < to; x += 8)
            draft.AddBox(StreetClass.Ground, new(x + 4, kerb, Kerb - 0.3f), new(8, Pavement, 0.6f), StreetPaint.Paving);
        for (var x = from; x < to;)
        {
            var (width, height, depth) = (draft.Between(8, 18), draft.Between(6, 17), draft.Between(7, 11));
            if (draft.Random.NextDouble() < 0.85)
                draft.AddBox(StreetClass.Building, new(x + 0.5f * width, houses + side * 0.5f * depth, 0.5f * height - 0.3f), new(width, depth, height + 0.6f), StreetPaint.Facade(draft.Random));
            else
                draft.AddTree(x + 0.5f * width, houses + side * 3, draft.Between(5, 9));
            x += width + (draft.Random.NextDouble() < 0.3 ? draft.Between(1, 4) : 0);
        }
        var tree = side * (edge + 0.6f);
        for (var x = from + draft.Between(2, 8); x < to; x += draft.Between(11, 19))
        {
            if (draft.Random.NextDouble() < 0.6)
                draft.AddTree(x, tree, draft.Between(4, 7));
            else
                draft.AddPole(x, tree, draft.Between(2.5, 6), draft.Random.NextInt(2) == 0, 0);
            draft.Take(x, tree, 0.4f);
        }
        // Close to the kerb, so that bicycles pass between parked vehicles and the lanes.
        var parked = side * (edge - 1.15f);
        for (var i = 0; i < (int)((to - from) / 9); i++)
        {
            // Lorries are too wide to park beside the bicycles.
            var kind = Vehicle(draft) is var any and not StreetClass.Truck ? any : StreetClass.Van;
            draft.Throw(kind, () => new(draft.Between(from, to), parked + draft.Between(-0.1, 0.1), side > 0 ? Math.PI : 0, 0), 3);
        }
        for (var i = 0; i < (int)((to - from) / 14); i++)
        {
            var speed = draft.Random.NextInt(4) == 0 ? 0 : draft.Between(1, 1.5);
            draft.Throw(StreetClass.Pedestrian, () => Walk(draft, draft.Between(from, to), side * (edge + draft.Between(1.2, Pavement - 0.5)), speed), 0.6f, Kerb);
        }
    }

    private static ActorMotion Walk(StreetDraft draft, float x, float y, float speed) =>
        new(x, y, draft.Random.NextInt(2) == 0 ? 0 : Math.PI, speed) { Sway = speed > 0 ? 0.1 : 0, SwayRate = 0.4 };

    // Lanes with y below 0 go along +x, those above the other way; of three, two go along.
    private static void Traffic(StreetDraft draft, int lanes, float from, float to)
    {
        for (var lane = 0; lane < lanes; lane++)
        {
            var y = (lane + 0.5f - 0.5f * lanes) * LaneWidth;
            var along = lane < (lanes + 1) / 2;
            var isOwn = along && Math.Abs(y + 0.5f * LaneWidth * (lanes % 2 == 1 ? 2 : 1)) < 0.1f;
            // Nobody drives up from behind or slower ahead in the lane of the sensors.
            if (isOwn)
                Lane(draft, y, 0, 9, 18, to);
            else
                Lane(draft, y, along ? 0 : Math.PI, draft.Between(5, 9), from, to);
        }
        for (var i = 0; i < (int)((to - from) / 60); i++)
        {
            var side = draft.Random.NextInt(2) == 0 ? -1 : 1;
            var y = side * (0.5f * lanes * LaneWidth + 0.15f);
            draft.Throw(StreetClass.Cyclist, () => new(draft.Between(Math.Max(from, side < 0 ? 60 : from), to), y, side < 0 ? 0 : Math.PI, 4.5) { Sway = 0.1, SwayRate = 0.3 }, 2.5f);
        }
    }

    // All vehicles of a lane share speed and stop and go, so they keep their distance.
    private static void Lane(StreetDraft draft, float y, double heading, float speed, float from, float to)
    {
        var stops = speed < 8.5f && draft.Random.NextInt(2) == 0;
        var phase = draft.Between(0, 6);
        for (var i = 0; i < (int)((to - from) / 25); i++)
        {
            draft.Throw(Vehicle(draft), () => new(draft.Between(from, to), y, heading, speed)
            {
                StopRate = stops ? 0.35 : 0,
                StopPhase = phase,
                Sway = 0.15,
                SwayRate = 0.08,
            }, 6);
        }
    }

    private static StreetClass Vehicle(StreetDraft draft) => draft.Random.NextDouble() switch
    {
        < 0.68 => StreetClass.Car,
        < 0.8 => StreetClass.Van,
        < 0.92 => StreetClass.Kiosk,
        _ => StreetClass.Truck,
    };
}
