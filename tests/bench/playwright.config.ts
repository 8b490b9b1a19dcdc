// Figures taken in a browser: the same browser and server as the tests of the map, one after the other.
import e2e from "../e2e/playwright.config";

export default { ...e2e, globalSetup: "../e2e/start_server.ts", outputDir: "../e2e/results", testMatch: "*.spec.ts" };
