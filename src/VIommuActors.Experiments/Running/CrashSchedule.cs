using VIommuActors.Actors;
using VIommuActors.Blueprints.Faults;
using VIommuActors.Scenarios.Model;
using VIommuActors.Simulation;

namespace VIommuActors.Experiments.Running;

/// <summary>The planned crashes of a scenario in virtual time.</summary>
internal static class CrashSchedule
{
    /// <summary>Sends every crash at its time.</summary>
    public static void Plan(Scenario scenario, MachineLayout layout, SimKernel kernel)
    {
        foreach (var crash in scenario.Faults.OfType<CrashFault>())
        {
            var message = PlannedCrashes.MessageFor(crash.On, crash.RestartAfterNs);
            foreach (var guest in layout.Guests)
                kernel.DeliverAt(crash.CrashAtNs, layout.Table[PlannedCrashes.FirstOf(crash.On, guest)], message, null);
        }
    }
}
